"""Messages of what was done, with the button that takes it back."""

from flask import flash


def tell(
    text: str,
    category: str,
    *,
    label: str,
    url: str,
    name: str = "action",
    value: str = "",
    key: str = "",
) -> None:
    """Say on the next page what was done, beside a button that posts ``name=value`` to a URL.

    ``key`` names the action that a key of the keyboard may stand for.
    """
    message = {
        "text": text, "label": label, "url": url, "name": name, "value": value, "key": key,
    }  # fmt: skip
    flash(message, category)  # type: ignore[arg-type]  # the session keeps it as JSON

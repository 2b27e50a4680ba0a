"""Messages of what was done, some with the button that takes it back."""

from flask import flash


def leech_words(times: int) -> str:
    """Say that a card became a leech with this lapse."""
    return (
        f"You have forgotten this card {times} times, so it is tagged as a leech:"
        " its answer comes with what tells it apart from its look-alike."
    )


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

"""Collecting what is wrong with a file, all of it and not only the first thing."""

from collections.abc import Iterable
from difflib import get_close_matches

from quiz.content.technique import Problem


class InvalidFile(ValueError):  # noqa: N818 (what it says of the file is its name)
    """A file that cannot be used, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Report:
    """The problems of one file, as they are found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def error(self, line: int, message: str) -> None:
        """Note something that keeps the file out. ``line`` is 1-based."""
        self.problems.append(Problem(file=self.file, line=line, message=message))

    def notice(self, line: int, message: str) -> None:
        """Note something to know of a file that loads all the same."""
        problem = Problem(file=self.file, line=line, message=message, severity="notice")
        self.problems.append(problem)

    def unknown(self, line: int, what: str, word: str, known: Iterable[str]) -> None:
        """Note a word that nothing reads: an error where it looks like a slip of a known one."""
        if slip := did_you_mean(word, known):
            self.error(line, f'unknown {what} "{word}"{slip}')
        else:
            self.notice(line, f'unknown {what} "{word}" is ignored; remove it')

    def stop_on_errors(self) -> None:
        """Raise InvalidFile if anything so far keeps the file out."""
        if any(p.severity == "error" for p in self.problems):
            raise InvalidFile(sorted(self.problems, key=lambda p: p.line))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the known word that ``word`` is most like, as the end of a sentence, or nothing."""
    spellings = {k.lower().replace(" ", "-").replace("_", "-"): k for k in known}
    folded = word[:100].lower().replace(" ", "-").replace("_", "-")
    close = get_close_matches(folded, spellings, n=1, cutoff=0.75)
    return f'; did you mean "{spellings[close[0]]}"?' if close else ""

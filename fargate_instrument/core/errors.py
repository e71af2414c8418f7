"""What can go wrong, and whose fault it is; not how it is shown (render and cli do)."""

from __future__ import annotations

from fargate_instrument.core.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self


class Said(str):
    """A fix in the words of Terraform; ``command`` says it for a command line."""

    __slots__ = ("command",)
    command: str

    def __new__(cls, terraform: str, command: str) -> Self:
        """Make the text; ``terraform`` is what it is where nobody asks."""
        made = super().__new__(cls, terraform)
        made.command = command
        return made


class Problem(Frozen):
    """One thing that is wrong, where, and what to do about it.

    ``address``: the place, such as ``container_definitions[1].entryPoint``.
    ``message``: what is wrong there, one line, without any secret value.
    ``fixes``: what the user can do, one line each.
    ``fault``: whose it is: ``protocol``, ``request``, ``document`` or ``patch``.
    """

    address: str
    message: str
    fixes: tuple[str, ...] = ()
    fault: str = "document"

    def lines(self) -> str:
        """Render for stderr: the problem, then each fix indented by two spaces."""
        first = f"{self.address}: {self.message}"
        return "\n".join([shown(first), *(f"  {shown(fix)}" for fix in self.fixes)])

    def on_command_line(self) -> Problem:
        """Say the fixes in the words of the command line."""
        fixes = tuple(f.command if isinstance(f, Said) else f for f in self.fixes)
        return self.replace(fixes=fixes)

    def one_line(self) -> str:
        """Render for the result, where every text is one line."""
        return shown("; ".join([f"{self.address}: {self.message}", *self.fixes]))


class Failure(Exception):  # noqa: N818  (it is not one error but all of them)
    """The run cannot succeed; ``problems`` holds every reason, sorted."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        unique = {(p.address, p.message): p for p in problems}
        self.problems = tuple(unique[key] for key in sorted(unique))
        super().__init__("\n".join(problem.lines() for problem in self.problems))


def shown(text: str) -> str:
    """Make a text one printable line that no terminal and no Terraform alters.

    Control characters are written as escapes. Terraform takes a bare word in square
    brackets for a colour, so such a word gets quotes.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else _escape(c) for c in text)
    if "[" in text:
        from re import sub  # noqa: PLC0415  (only when there is something to say)

        text = sub(r"\[([A-Za-z_]+)\]", r'["\1"]', text)
    return text


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def fail(address: str, message: str, *fixes: str, fault: str = "document") -> Failure:
    """Make a Failure of one problem, to be raised by the caller."""
    return Failure([Problem(address, message, fixes, fault)])


def nearest(word: str, known: Iterable[str]) -> str:
    """Say ``did you mean "x"?`` for the known word most like ``word``, or list all."""
    from difflib import get_close_matches  # noqa: PLC0415  (only when something fails)

    words = sorted(known)
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    return "known: " + (", ".join(words) if words else "none")

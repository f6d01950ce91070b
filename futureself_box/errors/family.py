"""The root of every error, and of those that starting again doesn't mend."""

from typing import ClassVar


class BoxError(Exception):
    """The root of the family; raised only through its subclasses.

    `message` and `hint` default to the class's own and may be made more exact where the fact is
    known. Neither may hold a member's words or a secret: both are logged.
    """

    code: ClassVar[str] = "box_error"
    status: ClassVar[int] = 500
    sentence: ClassVar[str] = "Something went wrong on the box."
    advice: ClassVar[str] = "Try again. If it stays, look at the box's log."

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        self.message = message or self.sentence
        self.hint = hint or self.advice
        super().__init__(f"{self.message} {self.hint}")


class StartError(BoxError):
    """The process can't start, and starting it again won't help."""

    code = "cannot_start"
    sentence = "The box can't start."
    advice = "Mend what the sentence names, then start it again."

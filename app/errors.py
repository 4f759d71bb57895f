"""UserError: a fault that the user can mend, in words; PassingError: one that may pass by itself."""


class UserError(Exception):
    """One plain sentence on what is wrong, and, where there is one, a way out."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()


class PassingError(UserError):
    """The same act may succeed a while later, as it is: the disk was full, another program was writing."""

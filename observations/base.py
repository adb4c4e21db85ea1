"""The base of everything private: it shows only its type and refuses to be serialised."""

from typing import NoReturn


class Observation:
    """A private value. `repr` prints its type only; pickling and copying to bytes raise TypeError."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is private and stays in RAM: it cannot be serialised")

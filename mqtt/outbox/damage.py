"""How damage to a store shows itself, told apart from a disk that is merely full or slow."""

import sqlite3

# Our statements are constant and our ids unique: an error in them, or a constraint, is damage that shows itself so.
_DAMAGE = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_TOOBIG,
)

# A garbled schema makes sqlite3 fail to decode its own message.
FAILURES = (sqlite3.Error, OSError, UnicodeDecodeError)


class Tangled(sqlite3.DatabaseError):
    """Damage that SQLite has not noticed itself."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def damaged(error: Exception) -> bool:
    """Whether SQLite says that the file is no longer a sound store."""
    return isinstance(error, UnicodeDecodeError) or code_of(error) in _DAMAGE


def code_of(error: Exception) -> int:
    """SQLite's primary result code, 0 for any other error."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF

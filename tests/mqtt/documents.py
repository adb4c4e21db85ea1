"""Any event at all, made from its type, and the full documents that the codec's tests share."""

from typing import Any

from hypothesis import strategies as st

from events import Event
from mqtt.shape import Field, shape


def anything(event: type[Event]) -> st.SearchStrategy[Event]:
    """Events of a type with every kind of value that its fields allow."""
    return st.builds(event, **{field.attribute: _values(field) for field in shape(event)})


def _values(field: Field) -> st.SearchStrategy[Any]:
    one = anything(field.type) if field.nested else _cell(field)
    size = (field.bins, field.bins) if field.bins else (0, 4)
    some: st.SearchStrategy[Any] = st.lists(one, min_size=size[0], max_size=size[1]).map(tuple) if field.many else one
    return st.none() | some if field.nullable else some


def _cell(field: Field) -> st.SearchStrategy[Any]:
    if field.members:
        return st.sampled_from(field.members)
    kinds: dict[type, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(-(2**40), 2**40),
        float: st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6).map(lambda n: n / 100),
        str: st.text(max_size=12),
    }
    return kinds[field.type]

"""Columns as an Arrow C stream, with nothing but numpy and ctypes.

Any library that speaks the Arrow PyCapsule interface reads the stream: pyarrow, polars, pandas, DuckDB, narwhals.

Each node of the stream (a schema, an array, the stream itself) owns one reference to what it keeps alive, taken when
the node is filled and given back by the consumer's call of `release`. The callbacks live as long as the process and
reach what they use through their object, not through this module, so that a consumer may release late, from any
thread, even while Python shuts down.

A callback of ctypes that runs while an exception is on its way cannot pass that exception on: Python prints it and
raises a SystemError in its place. To make this rare, a capsule that is being read is parked: the next export drops it,
not a consumer that raises. What remains are the last references that fall while C code raises, such as those of
`pyarrow.table(t).column("no such column")`; `Table.to_arrow` goes another way and is free of it.
"""

from __future__ import annotations

import ctypes
import sys
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from socialmkt.core._arrow_buffers import buffers, format_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

__all__ = ["stream"]

_NAME: Final = b"arrow_array_stream"
_NOBODY: Final = 2
"""References to a parked capsule that no one else holds: a local name, and the argument of the call that counts."""


class _Schema(ctypes.Structure):
    _fields_ = (
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_void_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("kept", ctypes.py_object),
    )


class _ArrowArray(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.c_void_p),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("kept", ctypes.py_object),
    )


class _Stream(ctypes.Structure):
    _fields_ = (
        ("get_schema", ctypes.c_void_p),
        ("get_next", ctypes.c_void_p),
        ("get_last_error", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("kept", ctypes.py_object),
    )


class _Kept:
    """What a node keeps alive: its children, and the memory that its pointers lead to."""

    def __init__(self, children: list[Any], *memory: Any) -> None:
        self.children = children
        self.memory = memory


class _Batch(_Kept):
    """What a stream keeps alive: its one batch, encoded. `unread` holds the address of the capsule until it is read."""

    def __init__(self, columns: Mapping[str, NDArray[Any]]) -> None:
        super().__init__([])
        self.fields = [(format_of(column), name.encode()) for name, column in columns.items()]
        self.buffers = [buffers(column, name) for name, column in columns.items()]
        self.length = len(next(iter(columns.values())))
        self.given = False
        self.unread: list[int] = []


class _Producer:
    """The callbacks, and the function that makes capsules with them."""

    def __init__(self) -> None:
        api = ctypes.pythonapi
        self.schema_type, self.array_type, self.stream_type = _Schema, _ArrowArray, _Stream
        self.kept_type, self.object_type, self.address_type = _Kept, ctypes.py_object, ctypes.c_void_p
        self.address_of, self.references = ctypes.addressof, sys.getrefcount
        self.take, self.give = api["Py_IncRef"], api["Py_DecRef"]
        self.take.argtypes = self.give.argtypes = (ctypes.py_object,)
        self.take.restype = self.give.restype = None
        self.new, self.set_context, self.context = (
            api[f"PyCapsule_{verb}"] for verb in ("New", "SetContext", "GetContext")
        )
        self.new.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
        self.set_context.argtypes = (ctypes.py_object, ctypes.py_object)
        self.context.argtypes = (ctypes.c_void_p,)
        self.new.restype = self.context.restype = ctypes.py_object
        self.pending = api["PyErr_Occurred"]  # called through ctypes, it raises what is on its way
        self.pending.restype = ctypes.c_void_p
        self.parked: deque[Any] = deque()
        self._make_callbacks()
        self.take(self)  # for the life of the process

    def _make_callbacks(self) -> None:
        reads = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        says = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
        acts = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
        releases = [self._acting(self.give_back, kind.from_address) for kind in (_Stream, _Schema, _ArrowArray)]
        self.callbacks = (
            *(reads(self.get_schema), reads(self.get_next), says(self.get_last_error)),
            *map(acts, [*releases, self._acting(self.destroy, self.context)]),
        )
        addresses = [ctypes.cast(callback, ctypes.c_void_p).value for callback in self.callbacks]
        self.reading = addresses[:3]
        self.stream_release, self.schema_release, self.array_release, self.destructor = addresses[3:]

    def _acting(self, do: Callable[[Any], None], find: Callable[[int], Any]) -> Callable[[int], None]:
        """Make what a release runs: it does its work even while an exception is on its way.

        Before that exception is caught, nothing is looked up by name: a lookup that misses would take it for its own.
        """
        pending = self.pending

        def callback(at: int) -> None:
            try:
                pending()
            except BaseException:
                do(find(at))
                raise
            do(find(at))

        return callback

    def export(self, batch: _Batch) -> Any:
        self.drop_parked()
        node = self.stream_type(*self.reading)
        node.unread = batch.unread
        self.keep(node, self.stream_release, batch)
        capsule = self.new(self.address_of(node), _NAME, self.destructor)
        self.set_context(capsule, node)
        self.take(node)
        batch.unread.append(id(capsule))
        return capsule

    def get_schema(self, stream_at: int, out: int) -> int:
        node = self.schema_type.from_address(out)
        node.release = None
        try:
            batch = self.stream_type.from_address(stream_at).kept
            self.park(batch)
            self.fill_schema(node, batch)
        except BaseException:  # noqa: BLE001  # an interrupt too must not cross into the consumer
            return 5  # EIO
        return 0

    def get_next(self, stream_at: int, out: int) -> int:
        node = self.array_type.from_address(out)
        node.release = None
        try:
            batch = self.stream_type.from_address(stream_at).kept
            if not batch.given:
                self.fill_array(node, batch)
                batch.given = True
        except BaseException:  # noqa: BLE001  # as above
            return 5  # EIO
        return 0

    def get_last_error(self, _: int) -> None:
        """Give none: there is nothing to say about an interrupt."""

    def give_back(self, node: Any) -> None:
        kept = node.kept
        for child in kept.children:
            if child.release:
                self.give_back(child)
        node.release = None
        self.give(kept)

    def destroy(self, node: Any) -> None:
        """Give back a stream that nobody read; `node` is the capsule's context, whose reference has passed to us."""
        node.unread.clear()
        if node.release:
            self.give_back(node)

    def keep(self, node: Any, release: int | None, kept: _Kept) -> None:
        kind: Any = node.__class__
        there = kind.from_address(self.address_of(node))  # ctypes would have `node` itself hold `kept`, for longer
        there.release, there.kept = release, kept
        self.take(kept)

    def park(self, batch: _Batch) -> None:
        if batch.unread:
            self.parked.append(self.object_type.from_buffer(self.address_type(batch.unread.pop())).value)

    def drop_parked(self) -> None:
        for _ in range(len(self.parked)):
            try:
                capsule = self.parked.popleft()
            except IndexError:  # another thread was quicker
                return
            if self.references(capsule) > _NOBODY:
                self.parked.append(capsule)

    def fill_schema(self, node: Any, batch: _Batch) -> None:
        children = [self.schema_type(kind, name, None, 2) for kind, name in batch.fields]  # 2: may hold nulls
        for child in children:
            self.keep(child, self.schema_release, self.kept_type([], batch))
        pointers = self.pointers(children)
        node.format, node.name, node.metadata, node.flags, node.dictionary = b"+s", b"", None, 0, None
        node.n_children, node.children = len(children), self.address_of(pointers)
        self.keep(node, self.schema_release, self.kept_type(children, pointers))

    def fill_array(self, node: Any, batch: _Batch) -> None:
        children = [self.child(batch.length, nulls, columns) for nulls, columns in batch.buffers]
        pointers, no_validity = self.pointers(children), (self.address_type * 1)()
        node.length, node.null_count, node.offset, node.dictionary = batch.length, 0, 0, None
        node.n_buffers, node.buffers = 1, self.address_of(no_validity)
        node.n_children, node.children = len(children), self.address_of(pointers)
        self.keep(node, self.array_release, self.kept_type(children, pointers, no_validity))

    def child(self, length: int, nulls: int, columns: list[NDArray[Any] | None]) -> Any:
        at = [None if column is None else column.__array_interface__["data"][0] for column in columns]
        pointers = (self.address_type * len(at))(*at)
        child = self.array_type(length, nulls, 0, len(at), 0, self.address_of(pointers))
        self.keep(child, self.array_release, self.kept_type([], pointers, columns))
        return child

    def pointers(self, children: list[Any]) -> Any:
        return (self.address_type * len(children))(*map(self.address_of, children))


_producer: Final = _Producer()


def stream(columns: Mapping[str, NDArray[Any]]) -> Any:
    """Export columns as an Arrow C stream.

    Parameters
    ----------
    columns : mapping of name to array of shape (n,)
        The columns of a `Table`: of its dtypes, contiguous, read-only.

    Returns
    -------
    PyCapsule
        Named `arrow_array_stream`; one consumer reads it, once. It frees itself if nobody does.

    Raises
    ------
    InvalidInput
        A text cannot be written as UTF-8, because it holds half of a surrogate pair.
    Overflow
        A day does not fit 32 bits.

    Notes
    -----
    One batch. Numbers and times are not copied, but for days, which Arrow counts in 32 bits. Bools are packed into
    bits, text becomes large UTF-8, bytes large binary, UUIDs text. Instants say that they are in UTC. NaT is null,
    NaN is a value.

    References
    ----------
    https://arrow.apache.org/docs/format/CStreamInterface.html,
    https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html

    Examples
    --------
    >>> import numpy as np
    >>> type(stream({"buyers": np.array([3, 40])}))
    <class 'PyCapsule'>
    """
    return _producer.export(_Batch(columns))

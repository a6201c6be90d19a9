"""Pickles from strangers: nothing runs but what the caller names, and memory stays near the size of the file.

A pickle is a program for a stack machine. This is that machine with the instructions that data needs. Python's own,
even with a restricted `find_class`, can be made to fill the memory (a memo index of 2**31), to overrun its stack or to
hash for years (tuples in tuples as a key), and to set attributes of the classes that it was allowed.
"""

import pickletools
from collections.abc import Callable, Mapping
from io import BytesIO
from mmap import mmap
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from pgkeras.errors import UserError

MOST_INSTRUCTIONS = 1_000_000
"""More make no data set or network: an empty dict, which is one byte, takes 64 bytes of memory."""
ITEM = 100
"""Bytes of memory for each item of a list that is made into something else, which a program could repeat."""
SLACK = 2**20
"""Bytes that arrays may have beyond those of their file, which keeps equal ones once."""


def load_pickle(
    stream: BytesIO | mmap,
    path: Path,
    allowed: Mapping[str, Any] | None = None,
    persistent_load: Callable[[Any], Any] | None = None,
) -> Any:
    """Reads one pickle of any protocol, from Python 2 or 3. Byte strings of Python 2 come as latin-1 text.

    Args:
        stream: an mmap or BytesIO, whose `read(n)` takes no memory for bytes that it does not have; left behind the
            pickle.
        path: of the file, for messages.
        allowed: what stands for the classes and functions that the pickle may ask for, by full name, such as
            `{"collections.OrderedDict": ordered_dict}`. It can call them with any arguments, so they must look at
            these before they hash, print or compare them. Objects whose class has a `__setstate__` receive their
            state; that of others is dropped. What they make counts as much memory as its `nbytes` says.
        persistent_load: gives the objects that the pickle keeps elsewhere.

    Returns:
        What was pickled: plain Python objects and what `allowed` makes. Lists and tuples can hold one another many
        times over, so do not print, compare or convert them as a whole.

    Raises:
        UserError: if the pickle is damaged, or asks for anything else.

    >>> import io, pickle
    >>> load_pickle(io.BytesIO(pickle.dumps({"data": [1, 2]})), Path("batch"))
    {'data': [1, 2]}
    """
    size = len(stream) if isinstance(stream, mmap) else stream.getbuffer().nbytes
    machine = _Machine(allowed or {}, persistent_load, most_made=size + SLACK)
    try:
        return machine.run(stream)
    except Exception as error:  # A damaged pickle can raise anything.
        reason = str(error) or type(error).__name__
        message = f"{path}: cannot be read as a pickle ({reason[:200]}); is it whole, and the right file?"
        raise UserError(message) from None


class _Machine:
    def __init__(
        self, allowed: Mapping[str, Any], persistent_load: Callable[[Any], Any] | None, most_made: int
    ) -> None:
        self.allowed = allowed
        self.persistent_load = persistent_load
        self.most_made = most_made
        self.made = 0
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def run(self, stream: BytesIO | mmap) -> Any:
        for number, (instruction, argument, _) in enumerate(pickletools.genops(stream)):  # type: ignore[arg-type]
            if number >= MOST_INSTRUCTIONS:
                raise UnpicklingError(f"it has more than {MOST_INSTRUCTIONS:,} instructions")
            self.step(instruction.name, argument)
        return self.stack.pop()

    def step(self, instruction: str, argument: Any) -> None:
        stack, memo = self.stack, self.memo
        match instruction:
            case "PROTO" | "FRAME" | "STOP":
                pass
            case "NONE":
                stack.append(None)
            case "NEWTRUE" | "NEWFALSE":
                stack.append(instruction == "NEWTRUE")
            case _ if instruction in _LITERALS:
                stack.append(_checked(argument))
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_TUPLE":
                stack.append(())
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                stack.append(self.pop(int(instruction[-1])))
            case "MARK":
                self.marks.append(len(stack))
            case "TUPLE":
                stack.append(self.pop_to_mark())
            case "LIST":
                stack.append(list(self.pop_to_mark()))
            case "DICT":
                stack.append(_update({}, self.pop_to_mark()))
            case "APPEND":
                _extend(stack[-2], self.pop(1))
            case "APPENDS":
                items = self.pop_to_mark()
                _extend(stack[-1], items)
            case "SETITEM":
                _update(stack[-3], self.pop(2))
            case "SETITEMS":
                items = self.pop_to_mark()
                _update(stack[-1], items)
            case "PUT" | "BINPUT" | "LONG_BINPUT":
                memo[argument] = stack[-1]
            case "MEMOIZE":
                memo[len(memo)] = stack[-1]
            case "GET" | "BINGET" | "LONG_BINGET":
                stack.append(memo[argument])
            case "GLOBAL":
                stack.append(self.find(*argument.split(" ", 1)))
            case "STACK_GLOBAL":
                stack.append(self.find(*self.pop(2)))
            case "REDUCE" | "NEWOBJ":
                function, arguments = self.pop(2)
                self.charge(sum(ITEM * len(each) for each in arguments if isinstance(each, list | tuple | dict)))
                stack.append(function(*arguments))
                self.count(stack[-1])
            case "BUILD":
                (state,) = self.pop(1)
                if hasattr(type(stack[-1]), "__setstate__"):
                    stack[-1].__setstate__(state)
                    self.count(stack[-1])
            case "BINPERSID" if self.persistent_load:
                stack.append(self.persistent_load(stack.pop()))
            case _:
                raise UnpicklingError(f"instruction {instruction}, which data has no need of")

    def pop(self, number: int) -> tuple:
        return self.pop_from(len(self.stack) - number)

    def pop_to_mark(self) -> tuple:
        return self.pop_from(self.marks.pop())

    def pop_from(self, start: int) -> tuple:
        if start < 0:
            raise UnpicklingError("it takes more than there is")
        items = tuple(self.stack[start:])
        del self.stack[start:]
        return items

    def count(self, made: Any) -> None:
        """Each byte of the file becomes one of an array, perhaps by way of text; a program could repeat that."""
        self.charge(len(made) if isinstance(made, bytes) else getattr(made, "nbytes", 0))

    def charge(self, number: int) -> None:
        """Counts bytes of memory against those that the file may make."""
        self.made += number
        if self.made > 2 * self.most_made:
            raise UnpicklingError("it makes more of its bytes than they are")

    def find(self, module: Any, name: Any) -> Any:
        if not isinstance(module, str) or not isinstance(name, str):
            raise UnpicklingError("it asks for something whose name is not text")
        if f"{module}.{name}" not in self.allowed:
            raise UnpicklingError(f"it asks for {module}.{name}, which such data has no need of")
        return self.allowed[f"{module}.{name}"]


def _checked(literal: Any) -> Any:
    if isinstance(literal, int) and literal.bit_length() > 128:
        raise UnpicklingError(f"an integer of {literal.bit_length()} bits")
    return literal


def _extend(target: Any, items: tuple) -> None:
    if type(target) is not list:
        raise UnpicklingError(f"items for a {type(target).__name__}")
    target.extend(items)


def ordered_dict(pairs: Any = ()) -> dict:
    """Stands for `collections.OrderedDict`.

    Args:
        pairs: a list or tuple of keys and values, as Python 2 pickles them.

    Raises:
        UnpicklingError: if they are anything else, or keys are neither text nor integers.
    """
    if type(pairs) not in (list, tuple) or not all(type(pair) in (list, tuple) and len(pair) == 2 for pair in pairs):
        raise UnpicklingError("an OrderedDict of something else than keys and values")
    return _update({}, tuple(item for pair in pairs for item in pair))


def _update(target: Any, items: tuple) -> dict:
    keys, values = items[::2], items[1::2]
    if not isinstance(target, dict) or not all(isinstance(key, str | bytes | int) for key in keys):
        raise UnpicklingError(f"keys for a {type(target).__name__} that are neither text nor integers")
    target.update(zip(keys, values, strict=True))
    return target


_LITERALS = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
}

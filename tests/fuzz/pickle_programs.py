"""Pickles of steps that are each well formed, so that chance need not find them."""

_NAMES = (
    *("numpy\ndtype", "numpy\nndarray", "numpy.core.multiarray\n_reconstruct", "os\nsystem"),
    *("numpy.core.multiarray\nscalar", "numpy.core.numeric\n_frombuffer", "_codecs\nencode"),
    *("collections\nOrderedDict", "collections\ndefaultdict", "builtins\nset", "builtins\nlist"),
    *("builtins\nfrozenset", "builtins\ndict", "builtins\ntuple", "builtins\ncomplex"),
    *("torch._utils\n_rebuild_tensor_v2", "torch._utils\n_rebuild_tensor_v3", "torch\nSize"),
    *("torch._utils\n_rebuild_parameter", "torch\nFloatStorage", "torch\nBoolStorage"),
    *("torch\nfloat32", "torch\ncomplex64", "torch.optim.adam\nAdam", "torch\ndevice"),
)
_STEPS = (
    *(
        b"(",
        b")",
        b"]",
        b"}",
        b"\x8f",
        b"N",
        b"\x88",
        b"0",
        b"1",
        b"2",
        b"t",
        b"l",
        b"d",
        b"R",
        b"b",
    ),
    *(b"o", b"\x81", b"\x92", b"a", b"e", b"s", b"u", b"\x90", b"\x91", b"\x85", b"\x86", b"\x87"),
    *(b"\x93", b"\x94", b"Q", b"K\x00", b"K\x01", b"K\x04", b"M\xff\xff", b"J\xff\xff\xff\xff"),
    *(b"\x8a\x08" + bytes(7) + b"\x40", b"G" + bytes(8), b"G\x7f\xf0" + bytes(6), b"C\x04abcd"),
    *(b"\x96\x04" + bytes(7) + b"abcd", b"\x8c\x01a", b"\x8c\x02f4", b"\x8c\x07storage"),
    *(b"\x8c\x010", b"\x8c\x03cpu", b"\x8c\x06latin1", b"\x8c\x02U9", b"\x8c\x01>"),
    *(b"%c%c" % (opcode, place) for opcode in b"qh" for place in range(6)),
    *(f"c{name}\n".encode() for name in _NAMES),
    # what arrays and tensors begin with, so that chance need not find it
    b"cnumpy\ndtype\n\x8c\x02f4\x85R",
    b"cnumpy.core.multiarray\n_reconstruct\n)R",
    b"(\x8c\x07storagectorch\nFloatStorage\n\x8c\x010\x8c\x03cpuK\x04tQ",
    b"ctorch._utils\n_rebuild_tensor_v2\n(",
)


def program(data: bytes) -> bytes:
    """A pickle of steps that are each well formed: one a byte."""
    return b"\x80\x04" + b"".join(_STEPS[byte % len(_STEPS)] for byte in data) + b"."

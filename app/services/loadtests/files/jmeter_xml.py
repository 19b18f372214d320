"""JMeter's XML results of every age, as a stream: only attributes are looked at.

A sample within a transaction controller is a sample of its own; a sample within any other sample
(a redirect, an embedded resource) is a part of that one and counted with it. Of a file that is cut
off every sample counts that was written to its end; the one in which it breaks off does not.
"""

import codecs
import re
from collections.abc import Iterator
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml
import defusedxml.sax

from app.errors import InvalidInput
from app.i18n import _
from app.services.loadtests.files.batch import (
    Batch,
    Notebook,
    Row,
    batch_of,
    hindrance,
    whole,
)
from app.services.loadtests.files.delimited import BAD_WORDS, EMPTY_PARENT, GOOD_WORDS, PARENT
from app.services.loadtests.files.opening import Text, refused_type

_SAMPLES = ("httpSample", "sample", "sampleResult")
_DEEPEST = 100
_BATCH = 50_000
_CHUNK = 1 << 20
_ENCODING = re.compile(rb'<\?xml[^>]*encoding=["\']([A-Za-z0-9._-]+)')
_FORBIDDEN = {code: None for code in (*range(32), 0xFFFE, 0xFFFF) if code not in (9, 10, 13)}
_BAD_REFERENCE = re.compile(
    r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.IGNORECASE
)
_LONGEST_REFERENCE = 12
_ASCII = b"<az AZ 09+&~\\>"


def read_xml(text: Text, book: Notebook) -> Iterator[Batch]:
    """Yield the samples of a file that are whole; where it breaks off is rejected by name.

    Raises:
        InvalidInput: It is not XML from its beginning, or carries a document type (refused).
    """
    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    handler = _Handler(book, parser)
    parser.setContentHandler(handler)
    try:
        for piece in _pieces(text):
            parser.feed(piece)
            if len(handler.rows) >= _BATCH:
                yield handler.taken()
        parser.close()
    except defusedxml.DefusedXmlException as error:
        raise refused_type() from error
    except SAXParseException as error:
        if not handler.seen:
            raise InvalidInput(
                _("The file is not valid XML: {why}.").format(why=error.getMessage())
            ) from error
        book.reject(int(error.getLineNumber() or 0), _broken(error.getMessage()))
    yield handler.taken()


def _broken(why: str) -> str:
    if why in ("no element found", "unclosed token"):
        return _("the file is cut off here")
    return _("not valid XML ({why}); nothing after it was read").format(why=why)


def _pieces(text: Text) -> Iterator[str]:
    """Yield the text without what XML 1.0 forbids but servers send and JMeter writes down."""
    found = _ENCODING.match(text.head)
    decoder = _coding(found[1].decode() if found else "utf-8").incrementaldecoder("replace")
    rest = ""
    is_first = True
    while data := text.read(_CHUNK):
        piece = rest + decoder.decode(data)
        if is_first:
            piece, is_first = piece.replace('version="1.1"', 'version="1.0"', 1), False
        cut = piece.rfind("&", max(0, len(piece) - _LONGEST_REFERENCE))
        piece, rest = (piece[:cut], piece[cut:]) if cut >= 0 else (piece, "")
        yield _allowed(piece)
    yield _allowed(rest + decoder.decode(b"", final=True))


def _coding(name: str) -> codecs.CodecInfo:
    """Return a coding that leaves ASCII as it is; UTF-16 has been recoded before this."""
    try:
        info = codecs.lookup(name)
        if info.decode(_ASCII)[0] == _ASCII.decode():
            return info
    except Exception:  # noqa: BLE001, S110 - a file may name any codec of Python, such as hex
        pass
    return codecs.lookup("utf-8")


def _allowed(piece: str) -> str:
    return _BAD_REFERENCE.sub("?", piece).translate(_FORBIDDEN)


class _Handler(ContentHandler):
    """Collects the samples; what they hold (headers, answers, assertions) is passed over."""

    def __init__(self, book: Notebook, where: Locator) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.seen = False
        self._book, self._where = book, where
        self._depth = 0
        self._within: list[bool] = []
        """For every sample that is open: whether it is a transaction controller."""
        self._open_row: Row | None = None
        """The sample that is not written to its end yet."""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's name
        """Take down a sample."""
        self.seen = True
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InvalidInput(_("The file is nested more than {n} deep.").format(n=_DEEPEST))
        if name not in _SAMPLES:
            return
        message = attrs.get("rm") or attrs.get("responseMessage") or ""
        is_parent = message.startswith(PARENT.decode())
        is_own = not self._within or self._within[-1]
        self._within.append(is_parent and is_own)
        if is_own and not message.startswith(EMPTY_PARENT.decode()):
            self._take(attrs, is_parent)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
        """Leave an element."""
        self._depth -= 1
        if name not in _SAMPLES or not self._within:
            return
        self._within.pop()
        if self._open_row is not None and all(self._within):
            self.rows.append(self._open_row)
            self._open_row = None

    def _take(self, attrs: AttributesImpl, is_parent: bool) -> None:
        took, at = whole(_first(attrs, "t", "time", "elapsed")), _first(attrs, "ts", "timeStamp")
        took_us = None if took is None else took * 1000
        at_ms = whole(at) if at else None
        at_us = -1 if not at else None if at_ms is None else at_ms * 1000
        ok = _first(attrs, "s", "success").lower().encode()
        why = hindrance(at_us, took_us)
        if not why and ok not in (*GOOD_WORDS, *BAD_WORDS):
            why = _("“success” is neither true nor false")
        if why or at_us is None or took_us is None:
            self._book.reject(int(self._where.getLineNumber() or 0), why)
            return
        label = _first(attrs, "lb", "label") or _("(no label)")
        number = self._book.labels.number(label.encode())
        row = (at_us, took_us, number, ok in GOOD_WORDS, is_parent)
        if is_parent:  # it stays open around its samples, and is counted in no total
            self.rows.append(row)
        else:
            self._open_row = row

    def taken(self) -> Batch:
        """Return what has been collected since the last time."""
        rows, self.rows = self.rows, []
        return batch_of(rows)


def _first(attrs: AttributesImpl, *names: str) -> str:
    return next((attrs[name].strip() for name in names if name in attrs), "")

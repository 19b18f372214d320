"""Puts the finishing touches to a PDF: its dates, and the evidence it carries."""

from collections.abc import Sequence
from io import BytesIO

import pikepdf

from app.services.report_content.data import Attachment, Cover


def finished(pdf: bytes, cover: Cover, attachments: Sequence[Attachment]) -> bytes:
    """Return the PDF with the date of the report and its attachments; the same each time."""
    stamp = cover.generated_at.strftime("D:%Y%m%d%H%M%SZ")
    target = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        for key in ("/CreationDate", "/ModDate"):
            document.docinfo[key] = pikepdf.String(stamp)
        for item in attachments:
            spec = pikepdf.AttachedFileSpec(
                document,
                item.data,
                filename=item.name,
                description=item.description,
                mime_type=item.mime,
                relationship=pikepdf.Name.Data,
                creation_date=stamp,
                mod_date=stamp,
            )
            document.attachments[item.name] = spec
        document.save(target, deterministic_id=True, object_stream_mode=_PACKED)
    return target.getvalue()


_PACKED = pikepdf.ObjectStreamMode.generate

"""paper.py FILE [PICTURE]: reads a PDF (of standard input if FILE is -) as its receivers do: PDFium for text, tags and picture, ZXing for codes in the picture.

Prints JSON: {"pages": N, "title", "language", "tagged", "text": [of each page], "codes": [...], "tags": [[type, alternative], ...]}
"""

import ctypes
import json
import sys

import pypdfium2
import pypdfium2.raw as raw
import zxingcpp


def words(call, *place):
    """A string that PDFium gives as UTF-16 into a buffer."""
    length = call(*place, None, 0)
    buffer = ctypes.create_string_buffer(max(length, 2))
    kind = call.argtypes[len(place)]
    call(*place, ctypes.cast(buffer, kind), length)
    return buffer.raw[:length].decode("utf-16-le").rstrip("\0")


def tags(page):
    tree = raw.FPDF_StructTree_GetForPage(page)
    found = []

    def walk(element):
        if not element:
            return
        kind = words(raw.FPDF_StructElement_GetType, element)
        found.append([kind, words(raw.FPDF_StructElement_GetAltText, element)])
        for child in range(raw.FPDF_StructElement_CountChildren(element)):
            walk(raw.FPDF_StructElement_GetChildAtIndex(element, child))

    for child in range(raw.FPDF_StructTree_CountChildren(tree)):
        walk(raw.FPDF_StructTree_GetChildAtIndex(tree, child))
    raw.FPDF_StructTree_Close(tree)
    return found


def main():
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read() if sys.argv[1] == "-" else sys.argv[1])
    pages = [document[number] for number in range(len(document))]
    pictures = [page.render(scale=200 / 72).to_pil() for page in pages]
    if len(sys.argv) > 2:
        pictures[0].save(sys.argv[2])
    codes = [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]
    print(
        json.dumps(
            {
                "pages": len(pages),
                "title": document.get_metadata_value("Title"),
                "language": words(raw.FPDFCatalog_GetLanguage, document),
                "tagged": bool(raw.FPDFCatalog_IsTagged(document)),
                "text": [page.get_textpage().get_text_range() for page in pages],
                "codes": codes,
                "tags": [tag for page in pages for tag in tags(page)],
            }
        )
    )


main()

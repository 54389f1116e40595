"""LaTeX -> MathML, which browsers draw and read aloud without a script."""

import html
import re
from functools import cache
from xml.etree.ElementTree import Element

from markupsafe import Markup

from grader.errors import CourseError

# What browsers draw, all of it in MathML Core, and how many children each must have, if that
# matters. Whatever else the converter makes is refused.
CHILDREN = {
    **dict.fromkeys(("mrow", "msqrt", "mtable", "mtr", "mtd", "mi", "mn", "mo", "mtext", "mspace")),
    **dict.fromkeys(("mfrac", "msub", "msup", "munder", "mover", "mroot"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
ATTRIBUTES = frozenset(
    "accent fence form mathvariant maxsize minsize movablelimits separator stretchy width".split()
)

THIN = "0.167em"
GAP = re.compile(r"\\q?quad(?![a-zA-Z])")


@cache
def mathml(latex: str) -> Markup:
    r"""Make the formulas of a line of its own.

    Args:
        latex: what stands between the dollars, for example r'\frac{1}{2}'. Several are set apart
            by \quad or \qquad, and on a narrow screen below each other. What can't be
            converted is shown as it is: a page is no place to fail; see `require_formula`.
    """
    try:
        return _line(latex)
    except ValueError:
        return Markup("<code>{}</code>").format(latex)


def require_formula(latex: str, file: str, key: str) -> None:
    """Make sure that a formula of the course can be shown.

    Args:
        latex: the formula, or an empty string for none.
        file: where it stands.
        key: where it stands in that file.

    Raises:
        CourseError: it can't. Names the file and the key.
    """
    try:
        _line(latex)
    except ValueError as error:
        raise CourseError(
            "{file}: the formula at {key} can't be shown as MathML: {detail}",
            file=file,
            key=key,
            detail=str(error),
        ) from error


def _line(latex: str) -> Markup:
    return Markup("\n").join(map(_converted, GAP.split(latex)))


def _converted(latex: str) -> Markup:
    # It reads a table of 200 KB when it is imported, and few pages are without any formula.
    from latex2mathml.converter import convert_to_element  # noqa: PLC0415

    try:
        made = convert_to_element(latex, display="block")
    except Exception as error:  # whatever it raises, it could not read the formula
        raise ValueError(type(error).__name__) from error
    return Markup('<math display="block">{}</math>').format(Markup().join(map(_markup, made)))


def _markup(element: Element) -> Markup:
    """Write an element, which the converter does not escape.

    Raises:
        ValueError: it is nothing that browsers draw.
    """
    tag, text = element.tag, html.unescape(element.text or "")
    if tag not in CHILDREN or len(element) != (CHILDREN[tag] or len(element)):
        raise ValueError(tag)
    if "\\" in text or not ATTRIBUTES.issuperset(element.attrib):
        raise ValueError(text or " ".join(element.attrib))
    if tag == "mi" and len(text) > 1:  # the name of a function, such as ln, is set apart
        return Markup('<mo form="infix" lspace="{0}" rspace="{0}">{1}</mo>').format(THIN, text)
    attributes = Markup().join(
        Markup(' {}="{}"').format(*item) for item in sorted(element.attrib.items())
    )
    inside = Markup().join(map(_markup, element))
    return Markup("<{0}{1}>{2}{3}</{0}>").format(tag, attributes, text, inside)

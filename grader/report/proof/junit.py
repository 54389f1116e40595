"""Proofs as JUnit XML: a suite for each assignment and section, a case for each trial."""

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from grader.proof import Finding, Proof, Section
from grader.report.language import show
from grader.report.xml import holdable
from grader.results import Text


def render(proofs: Sequence[Proof], lang: str) -> str:
    """Write proofs as one JUnit XML document in UTF-8.

    Suites are called by what is to be proved, in the reader's language; the classes of their
    cases, such as 'Neuron.mutants', are the same in every language.

    Args:
        proofs: one for each assignment.
        lang: one of `locales.LANGUAGES`.
    """
    everything = [section for proof in proofs for section in proof.sections]
    root = ET.Element("testsuites", {"name": "grader verify"} | _sums(everything))
    root.extend(_suite(proof, section, lang) for proof in proofs for section in proof.sections)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(proof: Proof, section: Section, lang: str) -> ET.Element:
    name = f"{holdable(proof.assignment)}: {_said(section.title, lang)}"
    suite = ET.Element("testsuite", {"name": name} | _sums((section,)))
    suite.extend(_case(proof, section, finding, lang) for finding in section.findings)
    return suite


def _case(proof: Proof, section: Section, finding: Finding, lang: str) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=f"{holdable(proof.assignment)}.{section.kind}",
        name=holdable(finding.name),
        time=f"{finding.seconds:.3f}",
    )
    if finding.problem is not None:
        message = _said(finding.problem, lang)
        failure = ET.SubElement(case, "failure", type=section.kind, message=message)
        failure.text = holdable(finding.diff)
    if finding.note is not None:
        ET.SubElement(case, "system-out").text = _said(finding.note, lang)
    return case


def _sums(sections: Iterable[Section]) -> dict[str, str]:
    """How many cases there are, how many of them fail, and what they took."""
    findings = [finding for section in sections for finding in section.findings]
    return {
        "tests": str(len(findings)),
        "failures": str(sum(finding.problem is not None for finding in findings)),
        "errors": "0",
        "skipped": "0",
        "time": f"{sum(finding.seconds for finding in findings):.3f}",
    }


def _said(text: Text, lang: str) -> str:
    return holdable(show(text, lang))

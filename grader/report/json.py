"""A report as JSON, keys in the documented order."""

from typing import Any

import msgspec

from grader.grades import Grade
from grader.report.language import show
from grader.results import (
    CheckResult,
    Diagnosis,
    Epoch,
    Report,
    Text,
    Training,
    max_score,
    score,
)


def render(report: Report, lang: str, grade: Grade | None = None) -> str:
    """Write a report as JSON, UTF-8, indented by two spaces. Not-a-number becomes null.

    Args:
        report: what the reader may see.
        lang: one of `locales.LANGUAGES`.
        grade: what the student gets, told apart from the score if a person corrected it or
            if it was late.
    """
    content: dict[str, Any] = {
        "schema": report.schema,
        "assignment": report.assignment,
        "student": report.student,
        "submission": {"file": report.submission.file, "sha256": report.submission.sha256},
        "status": report.status,
    }
    if report.reason is not None:
        content["reason"] = show(report.reason, lang)
    content |= {
        "score": score(report) if report.status == "graded" else None,
        "max_score": max_score(report) if report.status == "graded" else None,
        "seed": report.seed,
        "checks": [_check(check, lang) for check in report.checks],
        "training": _training(report),
        "gradient": _gradient(report),
        "notes": [show(note, lang) for note in report.notes],
        "versions": report.versions,
        "protections": report.protections,
        "unsafe": report.unsafe,
        "diagnoses": [_diagnosis(one, lang) for one in report.diagnoses],
    }
    if grade is not None and (grade.corrections or grade.late is not None):
        content["grade"] = grade
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def _check(check: CheckResult, lang: str) -> dict[str, Any]:
    def shown(text: Text | None) -> str | None:
        return None if text is None else show(text, lang)

    lines = [shown(check.message)]
    if check.evidence is not None:
        lines += [check.evidence.call, check.evidence.got, check.evidence.expected]
    return {
        "id": check.id,
        "group": check.group,
        "title": shown(check.title),
        "visibility": check.visibility,
        "outcome": check.outcome.value,
        "points": check.points,
        "max_points": check.max_points,
        "message": "\n".join(line for line in lines if line) or None,
        "hint": shown(check.hint),
        "diagnosis": check.diagnosis,
        "seconds": check.seconds,
    }


def _diagnosis(one: Diagnosis, lang: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "function": one.function,
        "title": show(one.title, lang),
        "evidence": None if one.evidence is None else show(one.evidence, lang),
        "nudge": show(one.nudge, lang),
        "step": one.step,
        "alternatives": one.alternatives,
    }


def _training(report: Report) -> dict[str, Any] | None:
    if report.training is None:
        return None
    return {
        "epochs": [
            {
                "epoch": epoch.epoch,
                "loss": epoch.loss,
                "train_accuracy": epoch.train_accuracy,
                "heldout_accuracy": epoch.heldout_accuracy,
                **_measures(epoch),
            }
            for epoch in report.training.epochs
        ],
        **_measures(report.training),
        "converged": report.training.converged,
    }


def _measures(record: Epoch | Training) -> dict[str, float]:
    return {m.name: m.value for m in record.measures if m.title is not None}


def _gradient(report: Report) -> dict[str, Any] | None:
    if report.gradient is None:
        return None
    return {
        "max_relative_error": report.gradient.max_relative_error,
        "worst": report.gradient.worst,
    }

"""README and CI say the same, and what README says of files and options is so."""

import re
from pathlib import Path

from grader.cli.main import build_parser

COURSE = Path(__file__).parents[1]
README = (COURSE / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


def test_ci_runs_readmes_commands_word_for_word():
    """The first two commands are each one line, and .ci/run has both of them as lines."""
    lines = (COURSE / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    for command in COMMANDS[:2]:
        assert command.count("\n") == 1
        assert command.strip() in lines


def test_the_first_command_grades_the_reference_answer():
    """What is pasted first ends in grading a file that is there."""
    path = COMMANDS[0].split("grader check ")[1].strip()
    assert (COURSE / path).is_file()


def test_the_pictures_are_there():
    """README shows pictures of the page, described, and each file is a PNG."""
    paths = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert paths == [".github/page.png", ".github/training.png"]
    for path in paths:
        assert (COURSE / path).read_bytes().startswith(b"\x89PNG")


def test_every_option_is_told():
    """Each command, and each option of each, stands in README."""
    parser = build_parser()
    (commands,) = (a for a in parser._actions if a.choices)
    for name, command in commands.choices.items():
        assert f"grader {name}" in README
        options = {option for action in command._actions for option in action.option_strings}
        assert [o for o in options - {"-h", "--help"} if o not in README] == [], name


def test_every_link_leads_somewhere():
    """Links within the repository lead to files that exist."""
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (COURSE / target).exists(), target


def test_nothing_names_a_machine():
    """No file of the project holds a path of the machine it was written on."""
    for pattern in ("*.md", "*.toml", "*.py", ".ci/run", ".gitignore"):
        for path in COURSE.rglob(pattern):
            if ".venv" not in path.parts and path != Path(__file__):
                text = path.read_text(encoding="utf-8", errors="replace")
                assert not re.search(r"/(?:root|work|home/\w+)/", text), path

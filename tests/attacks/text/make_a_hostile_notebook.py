"""A notebook with scripts in outputs, attachments and metadata, and shell commands in its cells."""
# holds: loses nothing

import json


def make(folder, answer):
    page = {"text/html": "<script>alert(1)</script>", "text/plain": "\x1b[2J"}
    output = {"output_type": "display_data", "data": page, "metadata": {}}
    magic = "!touch /tmp/grader-attack\n%run /etc/passwd\nget_ipython().system('id')\n"
    cells = [
        {"cell_type": "code", "id": f"c{number}", "metadata": {"x": "\x1b[2J"},
         "execution_count": 1, "outputs": [output], "source": source}
        for number, source in enumerate((magic, answer.decode(), "%%bash\nrm -rf ~"))
    ]  # fmt: skip
    kernel = {"name": "<script>", "display_name": "x", "language": "python"}
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}}
    (folder / "NewCross_softmax.ipynb").write_text(json.dumps(content | {"cells": cells}))

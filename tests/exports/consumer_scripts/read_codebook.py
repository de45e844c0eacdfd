"""What Taguette would import from a codebook file, checked by its own rules, as JSON."""

import json
import sys

from taguette import import_codebook, validate

with open(sys.argv[1], "rb") as file:
    tags = import_codebook.list_tags(file)
for tag in tags:
    validate.tag_path(tag["path"])
    validate.description(tag["description"])
print(json.dumps(tags))

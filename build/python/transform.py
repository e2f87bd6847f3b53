"""Prints as JSON the result of CloudFormation's SAM transform for a template, without calling AWS.

transform.py template.yaml                 uses the defaults of the parameters
transform.py template.yaml Name=value ...  prints a line for each pair, with only that parameter changed
"""

import copy
import json
import sys
from pathlib import Path

from samcli.lib.translate import sam_template_validator
from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse

# The validator returns its result as YAML, which takes longer to write and read than the transform itself.
sam_template_validator.yaml_dump = json.dumps


class NoManagedPolicies:
    """Loads no managed policies: the templates use none, so IAM need not be called for their names."""

    def load(self):
        return {}


def transformed(template, **values):
    validator = SamTemplateValidator(copy.deepcopy(template), NoManagedPolicies(), parameter_overrides=values)
    return json.loads(validator.get_translated_template_if_valid())


template = yaml_parse(Path(sys.argv[1]).read_text())
changes = [change.split("=", 1) for change in sys.argv[2:]]
if changes:
    for name, value in changes:
        print(json.dumps(transformed(template, **{name: value})))
else:
    json.dump(transformed(template), sys.stdout, indent=2)

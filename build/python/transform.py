"""Prints as JSON the result of CloudFormation's SAM transform for a template, without calling AWS.

transform.py template.yaml                 uses the defaults of the parameters
transform.py template.yaml Name=value ...  prints a line for each pair, with only that parameter changed
"""

import json
import sys
from pathlib import Path

from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse


class NoManagedPolicies:
    """Loads no managed policies: the templates use none, so IAM need not be called for their names."""

    def load(self):
        return {}


def transformed(**values):
    template = yaml_parse(Path(sys.argv[1]).read_text())
    validator = SamTemplateValidator(template, NoManagedPolicies(), parameter_overrides=values)
    return yaml_parse(validator.get_translated_template_if_valid())


changes = [change.split("=", 1) for change in sys.argv[2:]]
if changes:
    for name, value in changes:
        print(json.dumps(transformed(**{name: value})))
else:
    json.dump(transformed(), sys.stdout, indent=2)

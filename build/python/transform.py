"""Prints as JSON what CloudFormation makes of a SAM template, without asking AWS.

transform.py template.yaml             the template with the defaults of its parameters
transform.py template.yaml Name=value  the same with that value; one line for each pair, which changes alone
"""

import json
import sys
from pathlib import Path

from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse


class NoManagedPolicies:
    """Ours are all statements, so nobody has to ask IAM for the names of AWS's own."""

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

"""Prints as JSON what CloudFormation makes of a SAM template, without asking AWS: transform.py template.yaml"""

import json
import sys
from pathlib import Path

from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse


class NoManagedPolicies:
    """Ours are all statements, so nobody has to ask IAM for the names of AWS's own."""

    def load(self):
        return {}


template = yaml_parse(Path(sys.argv[1]).read_text())
translated = SamTemplateValidator(template, NoManagedPolicies()).get_translated_template_if_valid()
json.dump(yaml_parse(translated), sys.stdout, indent=2)

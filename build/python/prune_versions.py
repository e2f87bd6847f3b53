"""Deletes old versions of a stack's functions: prune_versions.py ENV KEEP [STACK]

ENV is the section of samconfig.toml that names the stack, its region and its profile; STACK overrides the stack. Each
function keeps its newest KEEP versions and every version that an alias points to, weighted or not.
"""

import sys
import tomllib
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 8})  # Lambda throttles its API


class Refused(Exception):
    """Stops the program; the message says why."""


def settings_of(env):
    section = tomllib.loads(Path("samconfig.toml").read_text()).get(env)
    if not isinstance(section, dict):
        raise Refused(f"samconfig.toml has no section {env}; set ENV to one that it has, such as default or prod.")
    parameters = {name: section.get(name, {}).get("parameters", {}) for name in ("global", "deploy")}
    return parameters["global"] | parameters["deploy"]


def functions_of(stack, session):
    """Maps the name of each function in the template to its name in Lambda."""
    try:
        pages = session.client("cloudformation", config=RETRIES).get_paginator("list_stack_resources")
        resources = pages.paginate(StackName=stack).build_full_result()["StackResourceSummaries"]
    except ClientError as error:
        if "does not exist" in str(error):
            raise Refused(f"There is no stack {stack} in {session.region_name}.") from error
        raise
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in resources
        if resource["ResourceType"] == "AWS::Lambda::Function" and resource["ResourceStatus"] != "DELETE_COMPLETE"
    }


def prune(function, keep, client):
    """Deletes old versions. Returns the numbers of the versions kept and deleted."""
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    versions = sorted(int(v["Version"]) for page in pages for v in page["Versions"] if v["Version"] != "$LATEST")
    retained = set(versions[-keep:])
    for page in client.get_paginator("list_aliases").paginate(FunctionName=function):
        for alias in page["Aliases"]:
            weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
            retained.update(int(version) for version in [alias["FunctionVersion"], *weights] if version != "$LATEST")
    old = [version for version in versions if version not in retained]
    for version in old:
        client.delete_function(FunctionName=function, Qualifier=str(version))
    return [version for version in versions if version in retained], old


def numbers(versions):
    return ", ".join(map(str, versions)) or "none"


def main(env, keep, stack=""):
    if not keep.isdecimal() or int(keep) < 1:
        raise Refused(f"KEEP must be a whole number of at least 1, not {keep!r}.")
    settings = settings_of(env)
    stack = stack or settings.get("stack_name")
    if not stack:
        raise Refused(f"samconfig.toml has no stack_name for {env}.")
    session = boto3.Session(region_name=settings.get("region"), profile_name=settings.get("profile"))
    functions = functions_of(stack, session)
    if not functions:
        print(f"The stack {stack} has no functions, so there is nothing to delete.")
        return
    client = session.client("lambda", config=RETRIES)
    for name, function in sorted(functions.items()):
        kept, deleted = prune(function, int(keep), client)
        print(f"{name}: kept {numbers(kept)}; deleted {numbers(deleted)}", flush=True)


try:
    main(*sys.argv[1:])
except (Refused, ClientError, BotoCoreError) as problem:
    sys.exit(f"photo-credits: could not delete old versions: {problem}")

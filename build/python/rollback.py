"""Moves the alias live of a function to another version: rollback.py ENV FUNCTION [VERSION]

FUNCTION is a name in template.yaml, such as GenerationFunction. Without VERSION, it lists the function's versions. A
version that was not called for 14 days is inactive, and the first call of it fails. So it is called here until it is
active, before the alias moves.
"""

import sys
import time
import tomllib
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 8})  # Lambda throttles its API
TRIES = 60  # of five seconds each


class Refused(Exception):
    """Stops the program; the message says why."""


def settings_of(env):
    section = tomllib.loads(Path("samconfig.toml").read_text()).get(env)
    if not isinstance(section, dict):
        raise Refused(f"samconfig.toml has no section {env}; set ENV to one that it has, such as default or prod.")
    parameters = {name: section.get(name, {}).get("parameters", {}) for name in ("global", "deploy")}
    return parameters["global"] | parameters["deploy"]


def show_versions(client, function):
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
    live = client.get_alias(FunctionName=function, Name="live")["FunctionVersion"]
    for version in (it for page in pages for it in page["Versions"] if it["Version"] != "$LATEST"):
        mark = "live" if version["Version"] == live else ""
        print(f"{version['Version']:>6} {mark:4} {version.get('LastModified', '')} {version.get('Description', '')}")


def activate(client, function, version, pause):
    """Waits until the version is active. Calls an inactive one, which makes Lambda restore it."""
    for _ in range(TRIES):
        state = client.get_function_configuration(FunctionName=function, Qualifier=version)["State"]
        if state == "Active":
            return
        if state == "Failed":
            raise Refused(f"version {version} cannot run (its state is {state}); choose another one.")
        if state == "Inactive":
            print(f"Version {version} is inactive; activating it.", flush=True)
            try:
                client.invoke(FunctionName=function, Qualifier=version, Payload=b"{}")
            except ClientError as error:
                if error.response["Error"]["Code"] not in ("SnapStartNotReadyException", "ResourceNotReadyException"):
                    raise
        time.sleep(pause)
    raise Refused(f"version {version} did not become active in time; repeat this, or choose another one.")


def main(env, name, version="", pause="5"):
    settings = settings_of(env)
    session = boto3.Session(region_name=settings.get("region"), profile_name=settings.get("profile"))
    found = session.client("cloudformation", config=RETRIES).describe_stack_resource(
        StackName=settings["stack_name"], LogicalResourceId=name
    )
    function = found["StackResourceDetail"]["PhysicalResourceId"]
    client = session.client("lambda", config=RETRIES)
    if not version:
        show_versions(client, function)
        return
    if not version.isdecimal():
        raise Refused(f"VERSION must be the number of a version, not {version!r}.")
    activate(client, function, version, float(pause))
    before = client.get_alias(FunctionName=function, Name="live")["FunctionVersion"]
    client.update_alias(
        FunctionName=function, Name="live", FunctionVersion=version, RoutingConfig={"AdditionalVersionWeights": {}}
    )
    print(f"{name}: live moved from version {before} to {version}.")


try:
    main(*sys.argv[1:])
except (Refused, ClientError, BotoCoreError) as problem:
    sys.exit(f"photo-credits: nothing was rolled back: {problem}")

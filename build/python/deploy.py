"""Deploys the stacks of a stage, after sam build: deploy.py ENV

ENV is an environment of samconfig.toml. The stacks are:

STACK             the system, with the parameters of [ENV.deploy.parameters]
STACK-page        the page, if there is a section [ENV.page.parameters]; its files are uploaded as well
STACK-operations  alarms and dashboard, if there is a section [ENV.operations.parameters]

The other two get the outputs of the system. What can only be set once something exists is set by a second deployment of
the system: the page's address, and in production the protection from deletion, which would prevent CloudFormation from
rolling back a first deployment that fails. Every step may be repeated.
"""

import json
import mimetypes
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError


class Refused(Exception):
    """Stops the program; the message says why."""


class Stack:
    """A stack as it is now: its parameters and outputs."""

    def __init__(self, name, session):
        found = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        self.name = name
        self.parameters = {it["ParameterKey"]: it["ParameterValue"] for it in found.get("Parameters", [])}
        self.outputs = {it["OutputKey"]: it["OutputValue"] for it in found.get("Outputs", [])}

    def some(self, *names):
        """The outputs of these names that the stack has."""
        return {name: self.outputs[name] for name in names if name in self.outputs}


def remove_failed(name, session):
    """Deletes a stack whose first deployment failed: it is empty, and CloudFormation does not update such a stack."""
    client = session.client("cloudformation")
    try:
        status = client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return
        raise
    if status == "ROLLBACK_COMPLETE":
        print(f"Deleting the stack {name}, whose first deployment failed.", flush=True)
        client.delete_stack(StackName=name)
        client.get_waiter("stack_delete_complete").wait(StackName=name)


def sections_of(env):
    """Maps the commands of an environment of samconfig.toml to their parameters."""
    section = tomllib.loads(Path("samconfig.toml").read_text()).get(env)
    if not isinstance(section, dict):
        raise Refused(f"samconfig.toml has no section {env}; set ENV to one that it has, such as default or prod.")
    return {command: settings.get("parameters", {}) for command, settings in section.items()}


def overrides_of(parameters):
    """The parameters of a stack that samconfig.toml sets, as sam deploy takes them."""
    overrides = parameters.get("parameter_overrides", [])
    return [overrides] if isinstance(overrides, str) else list(overrides)


def deploy(env, overrides, *arguments):
    """Runs sam deploy. Parameters that are not named keep the value that the stack has."""
    command = ["sam", "deploy", "--config-env", env, *arguments]
    if overrides:
        command += ["--parameter-overrides", " ".join(overrides).strip()]
    print(" ".join(command), flush=True)
    if subprocess.run(command, check=False).returncode != 0:
        raise Refused("sam deploy failed; see its errors above.")


def deploy_beside(env, system, name, section, values, session):
    """Deploys another template, with these values as parameters. Returns the stack's name."""
    stack = f"{system.name}-{name}"
    remove_failed(stack, session)
    overrides = [f"{key}={value}" for key, value in values.items()] + overrides_of(section)
    deploy(env, overrides, "--template-file", f"template-{name}.yaml", "--stack-name", stack)
    return stack


def late_parameters(system, page, configured):
    """The parameters of the system that can only be set now, and are not."""
    late = {}
    if page is not None:
        url = page.outputs["PageUrl"]
        late = {"FrontendUrl": url, "CorsOrigins": url.rstrip("/")}
    if system.outputs["StageName"] == "production":
        late["DeletionProtection"] = "true"
    return {
        name: value
        for name, value in late.items()
        if system.parameters.get(name) != value and f"{name}=" not in configured
    }


def upload(page, system, session):
    """Uploads web/ and the page's configuration, and deletes files that the page no longer has."""
    config = {
        "api": system.outputs["ApiUrl"],
        "sign_in": {"url": system.outputs["SignInUrl"], "client_id": system.outputs["UserPoolClientId"]}
        if "SignInUrl" in system.outputs
        else None,
    }
    files = {path.relative_to("web").as_posix(): path.read_bytes() for path in Path("web").rglob("*") if path.is_file()}
    files["config.json"] = json.dumps(config).encode()
    bucket = page.outputs["PageBucketName"]
    s3 = session.client("s3")
    for name, content in sorted(files.items()):
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        # Browsers and CloudFront check at every use whether a file has changed.
        s3.put_object(Bucket=bucket, Key=name, Body=content, ContentType=content_type, CacheControl="no-cache")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    for old in {it["Key"] for found in pages for it in found.get("Contents", [])} - files.keys():
        s3.delete_object(Bucket=bucket, Key=old)
    session.client("cloudfront").create_invalidation(
        DistributionId=page.outputs["DistributionId"],
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time_ns())},
    )
    print(f"Uploaded {len(files)} files: {page.outputs['PageUrl']}", flush=True)


def main(env):
    sections = sections_of(env)
    settings = sections.get("global", {}) | sections.get("deploy", {})
    name = settings.get("stack_name")
    if not name:
        raise Refused(f"samconfig.toml has no stack_name for {env}.")
    session = boto3.Session(region_name=settings.get("region"), profile_name=settings.get("profile"))
    if session.region_name is None:
        raise Refused(f"no region is set; set AWS_REGION, or region in [{env}.deploy.parameters] of samconfig.toml.")
    remove_failed(name, session)
    deploy(env, [])
    system = Stack(name, session)
    page = None
    if "page" in sections:
        values = system.some("ApiUrl", "SignInUrl", "BucketName")
        page = Stack(deploy_beside(env, system, "page", sections["page"], values, session), session)
    configured = overrides_of(settings)
    late = late_parameters(system, page, " ".join(configured))
    if late:
        deploy(env, configured + [f"{key}={value}" for key, value in late.items()])
        system = Stack(name, session)
    if page is not None:
        upload(page, system, session)
    if "operations" in sections:
        values = system.some("StageName", "ApiId", "TableName", "DeadLettersName", "SweeperName", "FunctionNames")
        deploy_beside(env, system, "operations", sections["operations"], {"StackName": name} | values, session)


try:
    main(*sys.argv[1:])
except (Refused, ClientError, BotoCoreError) as problem:
    sys.exit(f"photo-credits: the deployment did not finish: {problem}")

"""Deploys the stacks of a stage, after sam build: deploy.py ENV

ENV is an environment of samconfig.toml. The stacks are:

STACK             the system, with the parameters of [ENV.deploy.parameters]
STACK-edge        the firewall, if there is a section [ENV.edge.parameters]: CloudFront then serves the API, too
STACK-page        the page, if there is a section [ENV.page.parameters]; its files are uploaded as well
STACK-operations  alarms and dashboard, if there is a section [ENV.operations.parameters]

The others get the outputs of the system. What can only be set once something exists is set by a second deployment of
the system: the page's address, the keys without which it refuses calls, and in production the protection from deletion,
which would prevent CloudFormation from rolling back a first deployment that fails. Every step may be repeated.

The system must accept what CloudFront sends at any time. So a new key is accepted before CloudFront sends it, and the
old one until it no longer does; and all calls are accepted before CloudFront stops serving the API.
"""

import hashlib
import json
import mimetypes
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError


# The only region in which AWS WAF protects CloudFront.
EDGE_REGION = "us-east-1"


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


def find(name, session):
    """The stack of that name, or None."""
    try:
        return Stack(name, session)
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


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


def override(name, value):
    """A parameter as sam deploy takes it. It ignores one without a value, unless the value is quoted."""
    return f'{name}="{value}"' if value == "" else f"{name}={value}"


def deploy(env, overrides, *arguments):
    """Runs sam deploy. Parameters that are not named keep the value that the stack has."""
    command = ["sam", "deploy", "--config-env", env, *arguments]
    if overrides:
        command += ["--parameter-overrides", " ".join(overrides).strip()]
    print(" ".join(command), flush=True)
    if subprocess.run(command, check=False).returncode != 0:
        raise Refused("sam deploy failed; see its errors above.")


def deploy_beside(env, system, name, section, values, session, *arguments):
    """Deploys another template, with these values as parameters. Returns the stack's name."""
    stack = f"{system}-{name}"
    remove_failed(stack, session)
    overrides = [override(key, value) for key, value in values.items()] + overrides_of(section)
    deploy(env, overrides, "--template-file", f"template-{name}.yaml", "--stack-name", stack, *arguments)
    return stack


def digest_of(key):
    return hashlib.sha256(key.encode()).hexdigest()


def current_key(page, session):
    """The digest and the version of the key that CloudFront should send."""
    client = session.client("secretsmanager")
    secret = client.get_secret_value(SecretId=page.outputs["OriginKeyArn"])
    return digest_of(secret["SecretString"]), secret["VersionId"]


def keys_for_the_change(system, page, has_edge, session):
    """The parameter OriginKeys that the system needs while the page is deployed, or None if it is right."""
    accepted = system.parameters.get("OriginKeys", "") if system else ""
    if accepted in ("", "off"):
        return None
    if not has_edge:
        return "off"
    if page is None or "OriginKeyArn" not in page.outputs:
        return None
    key, _ = current_key(page, session)
    digests = accepted.split(",")
    if key in digests:
        return None
    if len(digests) > 1:
        raise Refused(
            "the origin key was changed again before its last change was deployed, so the key that CloudFront sends is"
            " unknown. Set OriginKeys=off in samconfig.toml, deploy, remove it again, and deploy once more."
        )
    return f"{key},{accepted}"


def deploy_page(env, system, section, edge, session, edge_session):
    """Deploys the page, and the firewall before it if there is a section for it. Returns the page's stack."""
    values = system.some("ApiUrl", "SignInUrl", "BucketName")
    page = find(f"{system.name}-page", session)
    if edge is not None:
        firewall = deploy_beside(env, system.name, "edge", edge, {}, edge_session, "--region", EDGE_REGION)
        values["WebAclArn"] = Stack(firewall, edge_session).outputs["WebAclArn"]
        if page is not None and "OriginKeyArn" in page.outputs:
            values["OriginKeyVersion"] = current_key(page, session)[1]
    elif page is not None and page.parameters.get("WebAclArn"):
        values |= {"WebAclArn": "", "OriginKeyVersion": ""}
    return Stack(deploy_beside(env, system.name, "page", section, values, session), session)


def late_parameters(system, page, has_edge, configured, session):
    """The parameters of the system that can only be set now, and are not."""
    late = {}
    if page is not None:
        url = page.outputs["PageUrl"]
        late = {"FrontendUrl": url, "CorsOrigins": url.rstrip("/")}
    if has_edge:
        late["OriginKeys"] = current_key(page, session)[0]
    if system.outputs["StageName"] == "production":
        late["DeletionProtection"] = "true"
    return {
        name: value
        for name, value in late.items()
        if system.parameters.get(name) != value and f"{name}=" not in configured
    }


def upload(page, system, has_edge, session):
    """Uploads web/ and the page's configuration, and deletes files that the page no longer has."""
    config = {
        "api": "" if has_edge else system.outputs["ApiUrl"],
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
    edge = sections.get("edge")
    has_edge = edge is not None  # the section may be empty
    if has_edge and "page" not in sections:
        raise Refused(f"samconfig.toml has a section {env}.edge, but no {env}.page, whose CloudFront it protects.")
    configured = overrides_of(settings)
    remove_failed(name, session)
    keys = None
    if "OriginKeys=" not in " ".join(configured):
        keys = keys_for_the_change(find(name, session), find(f"{name}-page", session), has_edge, session)
    deploy(env, configured + [f"OriginKeys={keys}"] if keys else [])
    system = Stack(name, session)
    page = None
    if "page" in sections:
        edge_session = boto3.Session(region_name=EDGE_REGION, profile_name=settings.get("profile"))
        page = deploy_page(env, system, sections["page"], edge, session, edge_session)
    late = late_parameters(system, page, has_edge, " ".join(configured), session)
    if late:
        deploy(env, configured + [override(key, value) for key, value in late.items()])
        system = Stack(name, session)
    if page is not None:
        upload(page, system, has_edge, session)
    if "operations" in sections:
        values = system.some("StageName", "ApiId", "TableName", "DeadLettersName", "SweeperName", "FunctionNames")
        deploy_beside(env, name, "operations", sections["operations"], {"StackName": name} | values, session)


try:
    main(*sys.argv[1:])
except (Refused, ClientError, BotoCoreError) as problem:
    sys.exit(f"photo-credits: the deployment did not finish: {problem}")

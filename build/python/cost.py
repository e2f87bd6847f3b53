"""Computes the tables of docs/deploy.md and docs/scaling.md: cost.py

All inputs stand at the top of this file: prices, quotas and assumptions. The number of routes, alarms and metrics and
the throttles are read from the templates and from Metric.java. It prints Markdown; a test compares it with the docs.
"""

import re
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Price(NamedTuple):
    """A list price in USD: for each `per` of a unit."""

    usd: str
    unit: str
    per: int = 1

    def of(self, amount):
        return Decimal(self.usd) * Decimal(str(amount)) / self.per

    def __str__(self):
        return f"{self.usd} {self.unit}"


def million(usd):
    return Price(usd, "a million", 1_000_000)


def thousand(usd):
    return Price(usd, "a thousand", 1_000)


# List prices of us-east-1 in USD without the free tier, November 2026.
# https://ai.google.dev/gemini-api/docs/pricing; 2.1 as in https://github.com/BerriAI/litellm/pull/44983
MODEL_INPUT_TOKENS = million("1.50")
# https://aws.amazon.com/lambda/pricing/ (arm64)
LAMBDA_GB_SECOND = Price("0.0000133334", "a GB-second")
LAMBDA_REQUESTS = million("0.20")
# https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer
EGRESS = Price("0.09", "a GB")
# https://aws.amazon.com/api-gateway/pricing/ (HTTP API)
API_UNITS = million("1.00")
API_UNIT_KB = 512
# https://aws.amazon.com/dynamodb/pricing/on-demand/ (storage 0.25, continuous backup 0.20)
WRITES = million("0.625")
READS = million("0.125")
TABLE_STORAGE = Price("0.45", "a GB")
# https://aws.amazon.com/s3/pricing/
S3_STORAGE = Price("0.023", "a GB")
S3_PUT = thousand("0.005")
S3_GET = thousand("0.0004")
# https://aws.amazon.com/sqs/pricing/
SQS = million("0.40")
# https://aws.amazon.com/cloudwatch/pricing/
LOGS = Price("0.50", "a GB")
LOG_QUERIES = Price("0.005", "a GB")
METRIC = Price("0.30", "each")
ALARM_METRIC = Price("0.10", "each")
DASHBOARD = Price("3.00", "each")
# https://aws.amazon.com/secrets-manager/pricing/, https://aws.amazon.com/kms/pricing/
SECRET = Price("0.40", "each")
KEY = Price("1.00", "each")
# https://aws.amazon.com/cloudfront/pricing/ (pay as you go, United States)
CDN_REQUESTS = million("1.00")
CDN_EGRESS = Price("0.085", "a GB")
CDN_TO_ORIGIN = Price("0.020", "a GB")
CDN_FUNCTION = million("0.10")
# https://aws.amazon.com/waf/pricing/
WEB_ACL = Price("5.00", "each")
WAF_RULE = Price("1.00", "each")
WAF_REQUESTS = million("0.60")

# USD a picture by size, from Google's price list and, for 2.1, from LiteLLM's. None: not listed.
MODELS = {
    "gemini-nano-banana-2.1": {"1K": "0.0336", "2K": "0.0504", "4K": "0.113"},
    "gemini-3.1-flash-lite-image": {"1K": "0.034", "2K": None, "4K": None},
    "gemini-3-pro-image": {"1K": "0.134", "2K": "0.134", "4K": "0.24"},
}
MODEL, SIZE = "gemini-nano-banana-2.1", "1K"  # the first default; requests name no size, and 1K is the model's default

# One generation.
PICTURES = 3
INPUT_TOKENS = 1_250  # photo and prompt, of each picture
PHOTO_MB = 2.5  # as the user sends it
MODEL_PHOTO_MB = 0.7  # as the model gets it, once for each picture, in base64
PICTURE_MB = 1.5
RETENTION_DAYS = 30
WORKER_GB, WORKER_SECONDS = 1.73, 25  # 1769 MB
OTHER_CALLS, CALL_GB, CALL_SECONDS = 20, 1, 0.02  # progress, balance, catalogue, statement, gallery
LOG_KB_OF_A_CALL = 2.5
WRITE_UNITS, READ_UNITS, STORED_KB = 24, 30, 4
SQS_REQUESTS = 3
ANSWER_KB = 2  # of each call, with headers

# A month.
DAYS = 30
SWEEPS, SWEEP_SECONDS = 43_920, 0.1
SQS_POLLS_A_MINUTE = 5 * 3  # Lambda's pollers, each with long polls of 20 seconds
SECRETS = 4
ROUTE_METRICS = 6  # 4xx, 5xx, Count, DataProcessed, IntegrationLatency, Latency
VALUES = {"outcome": 10, "webhook": 9, "task": 3}  # values of the metrics' second dimension that occur

# What breaks first.
FACTORS = [1, 10, 100, 1000]
GENERATIONS_A_DAY = 1_000
PEAK = 5  # the busiest minute, times the average minute of the day
USERS_A_GENERATION = 0.1  # new users
PURCHASES_A_GENERATION = 0.3  # all users buy the smallest pack: 10 credits are 3.3 generations
STRIPE_CALLS = 4  # customer, session, two lookups
POLLS = 12  # how many of the other calls ask for a generation's progress
COUNTER_SECONDS = 0.02  # how long a transaction holds the day's counter, one for each generation
INDEX_WRITES = 2  # a generation enters the index and leaves it
QUOTA = {
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    "Lambda, new account": 10,
    "Lambda": 1_000,
    "Lambda, SQS pollers": 1_000,
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
    "DynamoDB partition": 1_000,
    "DynamoDB new table": 4_000,
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    "API Gateway": 10_000,
    # https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
    "Cognito mails": 50,
    # https://docs.stripe.com/rate-limits
    "Stripe": 100,
    "Stripe endpoint": 25,
    # ours: Reconciliation's pages, and docs/operations.md for the audit
    "events a reconciliation": 5_000,
    "audited accounts a day": 5_000_000,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
    "S3 prefix": 3_500,
}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def routes():
    return len(re.findall(r"^ +Type: HttpApi$", read("template.yaml"), re.M))


def throttle(route):
    """Requests a second of a route in template.yaml, or of DefaultRouteSettings."""
    return int(re.search(rf"^ +{re.escape(route)}:\n +ThrottlingRateLimit: (\d+)", read("template.yaml"), re.M)[1])


def default(parameter):
    """The default of a parameter of template.yaml."""
    return int(re.search(rf"^  {parameter}:\n    Type: Number\n    Default: (\d+)$", read("template.yaml"), re.M)[1])


def alarm_metrics():
    """The metrics of all alarms: CloudWatch charges each one that an alarm reads."""
    alarm = r"^  \w+:\n    Type: AWS::CloudWatch::Alarm\n(?:(?:    .*)?\n)+"
    alarms = re.findall(alarm, read("template-operations.yaml"), re.M)
    return sum(len(re.findall(r"^ +MetricName:", alarm, re.M)) for alarm in alarms)


def own_metrics():
    java = read("common/lambda/src/main/java/dev/photocredits/lambda/Metric.java")
    constants = re.findall(r'^  [A-Z_]+\("\w+"(?:, "(\w+)")?\)[,;]', java, re.M)
    return sum(VALUES[dimension] if dimension else 1 for dimension in constants)


def generation():
    """The cost of one generation: rows of a description and USD."""
    sent_mb = PICTURES * MODEL_PHOTO_MB * 4 / 3
    seen_mb = PICTURES * PICTURE_MB
    calls = 1 + OTHER_CALLS
    gb_seconds = WORKER_GB * WORKER_SECONDS + OTHER_CALLS * CALL_GB * CALL_SECONDS
    units = -(-PHOTO_MB * 1000 // API_UNIT_KB) + OTHER_CALLS
    price = Decimal(MODELS[MODEL][SIZE])
    return [
        (f"Gemini, {PICTURES} pictures of {SIZE} at {price}", PICTURES * price),
        (
            f"Gemini, {PICTURES} × {INPUT_TOKENS:,} tokens of photo and prompt at {MODEL_INPUT_TOKENS}",
            MODEL_INPUT_TOKENS.of(PICTURES * INPUT_TOKENS),
        ),
        (f"egress to Gemini, {sent_mb:.1f} MB of photos in base64 at {EGRESS}", EGRESS.of(sent_mb / 1000)),
        (f"egress to the browser, {seen_mb} MB of pictures at {EGRESS}", EGRESS.of(seen_mb / 1000)),
        (
            f"Lambda, {gb_seconds:.2f} GB-seconds at {LAMBDA_GB_SECOND.usd}, {calls} requests at {LAMBDA_REQUESTS}",
            LAMBDA_GB_SECOND.of(gb_seconds) + LAMBDA_REQUESTS.of(calls),
        ),
        (
            f"S3, {seen_mb} MB for {RETENTION_DAYS} days at {S3_STORAGE},"
            f" {PICTURES} PUT at {S3_PUT}, {PICTURES} GET at {S3_GET}",
            S3_STORAGE.of(seen_mb / 1000 * RETENTION_DAYS / DAYS) + S3_PUT.of(PICTURES) + S3_GET.of(PICTURES),
        ),
        (f"API Gateway, {units:.0f} units of {API_UNIT_KB} KB at {API_UNITS}", API_UNITS.of(units)),
        (f"CloudWatch Logs, {calls} × {LOG_KB_OF_A_CALL} KB at {LOGS}", LOGS.of(calls * LOG_KB_OF_A_CALL / 1_000_000)),
        (
            f"DynamoDB, {WRITE_UNITS} write units at {WRITES}, {READ_UNITS} read units at {READS}",
            WRITES.of(WRITE_UNITS) + READS.of(READ_UNITS),
        ),
        (
            f"DynamoDB, {STORED_KB} KB with backup at {TABLE_STORAGE}, each month that much more",
            TABLE_STORAGE.of(STORED_KB / 1_000_000),
        ),
        (f"SQS, {SQS_REQUESTS} requests at {SQS}", SQS.of(SQS_REQUESTS)),
    ]


def month():
    """What does not depend on the number of generations: rows of a description and USD."""
    metrics, alarms = own_metrics(), alarm_metrics()
    polls = SQS_POLLS_A_MINUTE * 60 * 24 * DAYS
    return [
        (
            f"detailed metrics of {routes()} routes, at most {ROUTE_METRICS} for a route, at {METRIC}",
            METRIC.of(routes() * ROUTE_METRICS),
        ),
        (f"our own metrics, at most {metrics} at {METRIC}", METRIC.of(metrics)),
        (f"alarms on {alarms} metrics at {ALARM_METRIC}", ALARM_METRIC.of(alarms)),
        ("the dashboard", DASHBOARD.of(1)),
        ("the key of the alarms' topic", KEY.of(1)),
        (f"Secrets Manager, {SECRETS} secrets at {SECRET}", SECRET.of(SECRETS)),
        (f"SQS, {polls:,} polls by Lambda at {SQS}", SQS.of(polls)),
        (
            f"sweeper, {SWEEPS:,} runs of {SWEEP_SECONDS} s",
            LAMBDA_GB_SECOND.of(SWEEPS * SWEEP_SECONDS * CALL_GB) + LAMBDA_REQUESTS.of(SWEEPS),
        ),
    ]


def edge():
    """What CloudFront in front of the API adds: rows of a description, and USD a generation and a month."""
    calls = 1 + OTHER_CALLS
    rules = len(re.findall(r"^        - Name:", read("template-edge.yaml"), re.M))
    answers_kb = calls * ANSWER_KB
    return [
        (
            f"CloudFront, {calls} requests at {CDN_REQUESTS}, as many runs of its function at {CDN_FUNCTION}",
            CDN_REQUESTS.of(calls) + CDN_FUNCTION.of(calls),
            Decimal(0),
        ),
        (
            f"CloudFront, {PHOTO_MB} MB of photo to the API at {CDN_TO_ORIGIN},"
            f" {answers_kb} KB of answers at {CDN_EGRESS}",
            CDN_TO_ORIGIN.of(PHOTO_MB / 1000) + CDN_EGRESS.of(answers_kb / 1_000_000),
            Decimal(0),
        ),
        (f"AWS WAF, {calls} requests at {WAF_REQUESTS}", WAF_REQUESTS.of(calls), Decimal(0)),
        (
            f"AWS WAF, a web ACL at {WEB_ACL.usd} with {rules} rules at {WAF_RULE}",
            Decimal(0),
            WEB_ACL.of(1) + WAF_RULE.of(rules),
        ),
        (f"Secrets Manager, the origin key at {SECRET.usd}", Decimal(0), SECRET.of(1)),
    ]


def fixed(amount, digits):
    return f"{Decimal(amount).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}"


def generation_table():
    rows = generation()
    total = sum(cost for _, cost in rows)
    yield "| | a generation | 1,000 | 1,000,000 |"
    yield "|---|---|---|---|"
    for what, cost in rows:
        yield f"| {what} | {fixed(cost, 6)} | {fixed(cost * 1000, 2)} | {fixed(cost * 1_000_000, 0)} |"
    yield f"| **total** | **{fixed(total, 4)}** | **{fixed(total * 1000, 2)}** | **{fixed(total * 1_000_000, 0)}** |"


def month_table():
    rows = month()
    yield "| | a month |"
    yield "|---|---|"
    for what, cost in rows:
        yield f"| {what} | {fixed(cost, 2)} |"
    yield f"| **total** | **{fixed(sum(cost for _, cost in rows), 2)}** |"


def edge_table():
    rows = edge()
    generations, months = (sum(row[i] for row in rows) for i in (1, 2))

    def line(what, generation, month):
        return f"| {what} | {fixed(generation, 6) if generation else ''} | {fixed(month, 2) if month else ''} |"

    yield "| | a generation | a month |"
    yield "|---|---|---|"
    for row in rows:
        yield line(*row)
    yield f"| **total** | **{fixed(generations, 6)}** | **{fixed(months, 2)}** |"


def model_table():
    rest = sum(cost for _, cost in generation()) - PICTURES * Decimal(MODELS[MODEL][SIZE])
    yield "| a picture of | 1K | 2K | 4K | a generation of 1K | 2K | 4K |"
    yield "|---|---|---|---|---|---|---|"
    for model, prices in MODELS.items():
        pictures = [price or "–" for price in prices.values()]
        totals = [fixed(PICTURES * Decimal(price) + rest, 3) if price else "–" for price in prices.values()]
        yield f"| `{model}` | " + " | ".join(pictures + totals) + " |"


def figure(number):
    return f"{number:,.{0 if number >= 10 else 1 if number >= 1 else 2}f}"


def scaling_table():
    day = [factor * GENERATIONS_A_DAY for factor in FACTORS]
    peak = [count * PEAK / 86_400 for count in day]
    busy = [rate * (WORKER_SECONDS + OTHER_CALLS * CALL_SECONDS) for rate in peak]
    yield "| | limit | " + " | ".join(f"{factor:,}×" for factor in FACTORS) + " | lever |"
    yield "|---|---|" + "---|" * len(FACTORS) + "---|"

    def line(what, limit, figures, lever):
        return f"| {what} | {limit} | " + " | ".join(figures) + f" | {lever} |"

    def limited(what, limit, unit, numbers, lever):
        """Figures above the limit are bold."""
        figures = [f"**{figure(number)}**" if number > limit else figure(number) for number in numbers]
        return line(what, f"{limit:,} {unit}", figures, lever)

    yield line("generations a day", "", [f"{count:,}" for count in day], "")
    yield line("generations a second, at the peak", "", [figure(rate) for rate in peak], "")
    yield limited(
        "Cognito, its own mails for sign-ups and forgotten passwords",
        QUOTA["Cognito mails"],
        "a day",
        [count * USERS_A_GENERATION for count in day],
        "Amazon SES for the pool, or an issuer of your own (`JwtIssuer`)",
    )
    yield limited(
        "Lambda, in a new account",
        QUOTA["Lambda, new account"],
        "executions at a time",
        busy,
        "Service Quotas, before there are users",
    )
    yield line(
        "Gemini, pictures a minute",
        "of the project",
        [figure(rate * 60 * PICTURES) for rate in peak],
        "a higher tier; another model at the end of `GeminiModel`, which has its own quota",
    )
    yield line(
        "Gemini, pictures a day",
        "of the project",
        [f"{count * PICTURES:,}" for count in day],
        "the same; 429 for a day is refunded as `MODEL_OVERLOADED`",
    )
    yield limited("Lambda, otherwise", QUOTA["Lambda"], "executions at a time", busy, "Service Quotas")
    yield limited(
        "SQS, workers of one queue, if every request is asynchronous",
        QUOTA["Lambda, SQS pollers"],
        "executions at a time",
        [rate * WORKER_SECONDS for rate in peak],
        "a second queue and worker; messages wait, and after 20 minutes the sweeper refunds them",
    )
    yield limited(
        "API Gateway, `POST /api/generate`",
        throttle("POST /api/generate"),
        "a second",
        peak,
        "`RouteSettings` in `template.yaml`",
    )
    yield limited(
        "API Gateway, `POST /api/checkout`",
        throttle("POST /api/checkout"),
        "a second",
        [rate * PURCHASES_A_GENERATION for rate in peak],
        "`RouteSettings` in `template.yaml`",
    )
    yield limited(
        "API Gateway, progress of a generation",
        throttle("DefaultRouteSettings"),
        "a second",
        [rate * POLLS for rate in peak],
        "`DefaultRouteSettings` in `template.yaml`; longer waits between a page's calls",
    )
    yield limited(
        "API Gateway, all routes",
        QUOTA["API Gateway"],
        "a second",
        [rate * (1 + OTHER_CALLS) for rate in peak],
        "Service Quotas",
    )
    yield limited(
        "DynamoDB, the day's counter, if `ModelDailyPictures` is set",
        round(1 / COUNTER_SECONDS),
        "transactions a second",
        peak,
        "no daily cap, or a counter of several items",
    )
    yield limited(
        "DynamoDB, the index `due`, where all pending generations share a key",
        QUOTA["DynamoDB partition"],
        "write units a second",
        [rate * INDEX_WRITES for rate in peak],
        "several keys, and a query for each in the sweep",
    )
    yield limited(
        "DynamoDB, the partition of a user at the hourly limit",
        QUOTA["DynamoDB partition"],
        "write units a second",
        [default("GenerationHourlyLimit") * WRITE_UNITS / 3600] * len(FACTORS),
        "`GenerationHourlyLimit`",
    )
    yield limited(
        "DynamoDB, a table that was just created",
        QUOTA["DynamoDB new table"],
        "write units a second",
        [rate * WRITE_UNITS for rate in peak],
        "it grows with its use; `WarmThroughput` before a launch",
    )
    yield limited(
        "S3, the prefix `images/`",
        QUOTA["S3 prefix"],
        "PUT a second",
        [rate * PICTURES for rate in peak],
        "S3 splits it by itself",
    )
    yield limited(
        "Stripe, all calls",
        QUOTA["Stripe"],
        "a second",
        [rate * PURCHASES_A_GENERATION * STRIPE_CALLS for rate in peak],
        "more from Stripe's support; larger packs",
    )
    yield limited(
        "Stripe, new checkout sessions",
        QUOTA["Stripe endpoint"],
        "a second",
        [rate * PURCHASES_A_GENERATION for rate in peak],
        "the same",
    )
    yield limited(
        "reconciliation, events of purchases",
        QUOTA["events a reconciliation"],
        "an hour",
        [count * PURCHASES_A_GENERATION / 24 for count in day],
        "the schedule `Reconcile` in `template.yaml` more often",
    )
    yield limited(
        "audit, accounts after a year of new users",
        QUOTA["audited accounts a day"],
        "a day",
        [count * USERS_A_GENERATION * 365 for count in day],
        "more memory or segments ([operations](operations.md#how-long-an-audit-takes))",
    )
    yield line(
        "CloudWatch Logs, GB a day",
        f"none, {LOGS}",
        [figure(count * (1 + OTHER_CALLS) * LOG_KB_OF_A_CALL / 1_000_000) for count in day],
        f"`LogRetentionDays`; a query costs {LOG_QUERIES} that it searches",
    )
    one, rest = (sum(cost for _, cost in rows) for rows in (generation(), month()))
    yield line(
        "all of it, USD a month",
        "yours",
        [fixed(DAYS * count * one + rest, 0) for count in day],
        "`ModelDailyPictures`, `GenerationEnabled`; the price of a pack",
    )


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    for title, table in (
        ("docs/deploy.md, a generation", generation_table()),
        ("docs/deploy.md, a month", month_table()),
        ("docs/deploy.md, CloudFront", edge_table()),
        ("docs/deploy.md, models", model_table()),
        ("docs/scaling.md, what breaks first", scaling_table()),
    ):
        print(f"{title}\n")
        print("\n".join(table) + "\n")


if __name__ == "__main__":
    main()

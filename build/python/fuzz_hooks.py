"""Changes half of the requests that schemathesis generates so that they pass validation.

They get a user with credits, a real photo, sent or uploaded, a known preference, or a valid signature of Stripe.
"""

import functools
import hashlib
import hmac
import json
import pathlib
import time
import zlib

import requests
import schemathesis

PHOTOS = sorted(pathlib.Path("photos").glob("portrait.*"))
PREFERENCES = ["respond-async", "wait=1", "respond-async, wait=2"]
EVENTS = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "charge.refunded",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "refund.created",
    "refund.updated",
    "refund.failed",
]


@functools.cache  # an upload may be used for several generations
def upload(url, photo):
    content_type = "image/" + photo.suffix[1:].replace("jpg", "jpeg")
    wanted = {"user_email": "ada@example.com", "content_type": content_type, "size": photo.stat().st_size}
    target = requests.post(url + "/api/uploads", json=wanted, timeout=60).json()
    requests.put(target["url"], data=photo.read_bytes(), headers=target["headers"], timeout=60).raise_for_status()
    return target["upload_id"]


@schemathesis.hook
def before_call(context, case, **kwargs):
    chance = zlib.crc32(repr(case.body).encode())  # deterministic for a seed
    if chance % 2:
        return
    if case.operation.label == "POST /api/generate" and isinstance(case.body, dict):
        case.body["user_email"] = "ada@example.com"
        photo = PHOTOS[chance // 2 % len(PHOTOS)]
        if case.media_type == "multipart/form-data":
            case.body["image"] = photo.read_bytes()
        else:
            case.body["upload_id"] = upload(case.operation.base_url.rstrip("/"), photo)
        if chance // 16 % 2:
            case.headers = {**(case.headers or {}), "Prefer": PREFERENCES[chance // 32 % len(PREFERENCES)]}
    if case.operation.label == "POST /api/webhooks/stripe":
        kind = EVENTS[chance // 2 % len(EVENTS)]
        event = {"id": f"evt_{chance}", "object": "event", "type": kind, "data": {"object": case.body}}
        case.body = json.dumps(event if chance // 16 % 4 else case.body, default=str).encode()
        now = str(int(time.time()))
        signature = hmac.new(b"whsec_local", now.encode() + b"." + case.body, hashlib.sha256).hexdigest()
        case.headers = {**(case.headers or {}), "Stripe-Signature": f"t={now},v1={signature}"}

"""Products, prices, coupons and promotion codes.

Sources: https://docs.stripe.com/api/products, /api/prices, /api/coupons, /api/promotion_codes
"""

from __future__ import annotations

from typing import Any

from .answers import page, readable
from .errors import Refusal, missing, wrong_state
from .events import emit, update
from .money import currency, positive, share
from .operations import operation
from .store import Object
from .work import Work, metadata, new_id

_MONTHS = {"day": 1095, "week": 156, "month": 36, "year": 3}


@operation("products.create")
def create_product(work: Work) -> Object:
    given = work.parameters
    product = new_product(work, given)
    if data := given.get("default_price_data"):
        price = new_price(work, data, product["id"])
        update(work, None, product, default_price=price["id"])
    return product


def new_product(work: Work, given: Any) -> Object:
    product = work.new(
        "product",
        "prod",
        active=given.get("active", True),
        default_price=None,
        description=given.get("description"),
        images=given.get("images") or [],
        marketing_features=given.get("marketing_features") or [],
        metadata=metadata({}, given.get("metadata")),
        name=given["name"],
        package_dimensions=None,
        shippable=None,
        statement_descriptor=given.get("statement_descriptor"),
        tax_code=given.get("tax_code"),
        type="service",
        unit_label=given.get("unit_label"),
        updated=work.now,
        url=given.get("url"),
    )
    emit(work, "product.created", product)
    return product


@operation("products.update")
def change_product(work: Work) -> Object:
    product = work.get("product", *work.path.values())
    given = work.parameters
    names = ("active", "description", "images", "name", "statement_descriptor", "tax_code", "unit_label", "url")
    changes = {name: given[name] for name in names if name in given}
    if "default_price" in given:
        changes["default_price"] = work.get("price", given["default_price"], "default_price")["id"]
    labels = metadata(product["metadata"], given.get("metadata"))
    return update(work, "product.updated", product, **changes, metadata=labels, updated=work.now)


@operation("products.delete")
def delete_product(work: Work) -> Object:
    product = work.get("product", *work.path.values())
    if work.all("price", product=product["id"]):
        raise wrong_state(
            "This product cannot be deleted because it has one or more user-created prices.", param="id"
        )
    work.store.remove(work.account, "product", product["id"])
    emit(work, "product.deleted", product)
    return {"id": product["id"], "object": "product", "deleted": True}


@operation("prices.create")
def create_price(work: Work) -> Object:
    given = work.parameters
    if ("product" in given) == ("product_data" in given):
        raise Refusal("You must specify either `product` or `product_data` when creating a price.", param="product")
    if "product" in given:
        product = work.get("product", given["product"], "product")["id"]
    else:
        product = new_product(work, given["product_data"])["id"]
    return new_price(work, given, product)


def new_price(work: Work, given: Any, product: str) -> Object:
    """
    Raises:
        Refusal: no whole amount, a lookup key that is taken, or an interval beyond three years.
    """
    if "unit_amount" not in given:
        raise Refusal(
            "The simulator has prices with a unit_amount only: whole minor units.",
            code="parameter_missing",
            param="unit_amount",
        )
    if given["unit_amount"] < 0:
        raise Refusal("Invalid non-negative integer", code="parameter_invalid_integer", param="unit_amount")
    given.get("billing_scheme")
    recurring = _recurring(given.get("recurring"))
    price = work.new(
        "price",
        "price",
        active=given.get("active", True),
        billing_scheme="per_unit",
        currency=currency(given["currency"]),
        custom_unit_amount=None,
        lookup_key=_lookup_key(work, given),
        metadata=metadata({}, given.get("metadata")),
        nickname=given.get("nickname"),
        product=product,
        recurring=recurring,
        tax_behavior=given.get("tax_behavior", "unspecified"),
        tiers_mode=None,
        transform_quantity=None,
        type="recurring" if recurring else "one_time",
        unit_amount=given["unit_amount"],
        unit_amount_decimal=str(given["unit_amount"]),
    )
    emit(work, "price.created", price)
    return price


def _recurring(given: Any) -> Object | None:
    if not given:
        return None
    count = given.get("interval_count", 1)
    if not 1 <= count <= _MONTHS[given["interval"]]:
        raise Refusal(
            "Maximum of three years interval allowed (3 years, 36 months, or 156 weeks).",
            param="recurring[interval_count]",
        )
    return {
        "interval": given["interval"],
        "interval_count": count,
        "meter": None,
        "trial_period_days": None,
        "usage_type": given.get("usage_type", "licensed"),
    }


def _lookup_key(work: Work, given: Any) -> str | None:
    key: str | None = given.get("lookup_key")
    holders = [one for one in work.all("price") if key and one["lookup_key"] == key]
    if holders and not given.get("transfer_lookup_key"):
        raise Refusal(
            f"A price (`{holders[0]['id']}`) already uses that lookup key.", param="lookup_key"
        )
    for holder in holders:
        update(work, "price.updated", holder, lookup_key=None)
    return key


@operation("prices.update")
def change_price(work: Work) -> Object:
    price = work.get("price", *work.path.values())
    given = work.parameters
    changes = {name: given[name] for name in ("active", "nickname", "tax_behavior") if name in given}
    if "lookup_key" in given:
        changes["lookup_key"] = _lookup_key(work, given)
    labels = metadata(price["metadata"], given.get("metadata"))
    return update(work, "price.updated", price, **changes, metadata=labels)


def line_price(work: Work, line: Any, param: str) -> Object:
    """The price that a line names, or describes."""
    if ("price" in line) == ("price_data" in line):
        raise Refusal(f"You must specify either `price` or `price_data` for {param}.", param=param)
    if "price" in line:
        price = work.get("price", line["price"], f"{param}[price]")
        if not price["active"]:
            raise Refusal(
                f"The price specified is inactive. This field only accepts active prices: {price['id']}.",
                param=f"{param}[price]",
            )
        return price
    data = line["price_data"]
    if "product" in data:
        product = work.get("product", data["product"], f"{param}[price_data][product]")["id"]
    else:
        product = new_product(work, data["product_data"])["id"]
    return new_price(work, data, product)


@operation("prices.list")
def prices(work: Work) -> Object:
    if keys := work.parameters.get("lookup_keys"):
        found = [one for one in work.all("price") if one["lookup_key"] in keys]
        return {"object": "list", "data": found, "has_more": False, "url": work.url}
    return page(work, "price", {"active": "active", "currency": "currency", "product": "product", "type": "type",
                                "created": "created"})  # fmt: skip


@operation("prices.retrieve")
def price(work: Work) -> Object:
    return work.get("price", *work.path.values())


@operation("coupons.create")
def create_coupon(work: Work) -> Object:
    given = work.parameters
    off, percent = given.get("amount_off"), given.get("percent_off")
    if (off is None) == (percent is None):
        raise Refusal("You must pass either percent_off or amount_off.", param="percent_off")
    if percent is not None and not 0 < percent <= 100:
        raise Refusal("Invalid decimal: must be greater than 0 and at most 100", param="percent_off")
    if off is not None:
        positive(off, "amount_off")
        if "currency" not in given:
            raise Refusal("Missing required param: currency.", code="parameter_missing", param="currency")
    duration = given.get("duration", "once")
    if (duration == "repeating") != ("duration_in_months" in given):
        raise Refusal(
            "duration_in_months is required if, and only if, duration is repeating.", param="duration_in_months"
        )
    id = given.get("id") or new_id("c", 8)[2:]
    if work.find("coupon", id):
        raise Refusal(f"Coupon already exists: {id}", code="resource_already_exists", param="id")
    coupon = work.new(
        "coupon",
        "c",
        amount_off=off,
        currency=currency(given["currency"]) if off is not None else None,
        duration=duration,
        duration_in_months=given.get("duration_in_months"),
        max_redemptions=given.get("max_redemptions"),
        metadata=metadata({}, given.get("metadata")),
        name=given.get("name"),
        percent_off=percent,
        redeem_by=given.get("redeem_by"),
        times_redeemed=0,
        valid=True,
    )
    work.store.remove(work.account, "coupon", coupon["id"])
    coupon["id"] = id
    work.save(coupon)
    emit(work, "coupon.created", coupon)
    return coupon


@operation("coupons.update")
def change_coupon(work: Work) -> Object:
    coupon = work.get("coupon", *work.path.values())
    given = work.parameters
    labels = metadata(coupon["metadata"], given.get("metadata"))
    return update(work, "coupon.updated", coupon, name=given.get("name", coupon["name"]), metadata=labels)


@operation("coupons.delete")
def delete_coupon(work: Work) -> Object:
    coupon = work.get("coupon", *work.path.values())
    work.store.remove(work.account, "coupon", coupon["id"])
    emit(work, "coupon.deleted", coupon)
    return {"id": coupon["id"], "object": "coupon", "deleted": True}


@operation("promotion_codes.create")
def create_promotion_code(work: Work) -> Object:
    given = work.parameters
    coupon = work.get("coupon", given["promotion"]["coupon"], "promotion[coupon]")
    given["promotion"]["type"]
    code = given.get("code") or new_id("p", 8)[2:].upper()
    if any(one["code"].lower() == code.lower() and one["active"] for one in work.all("promotion_code")):
        raise Refusal("An active promotion code with `code: " + code + "` already exists.", param="code")
    restrictions = dict((given.get("restrictions") or {}).items())
    made = work.new(
        "promotion_code",
        "promo",
        active=given.get("active", True),
        code=code,
        customer=given.get("customer"),
        expires_at=given.get("expires_at"),
        max_redemptions=given.get("max_redemptions"),
        metadata=metadata({}, given.get("metadata")),
        promotion={"coupon": coupon["id"], "type": "coupon"},
        restrictions={"first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None}
        | restrictions,
        times_redeemed=0,
    )
    emit(work, "promotion_code.created", made)
    return made


@operation("promotion_codes.update")
def change_promotion_code(work: Work) -> Object:
    code = work.get("promotion_code", *work.path.values())
    given = work.parameters
    labels = metadata(code["metadata"], given.get("metadata"))
    return update(
        work, "promotion_code.updated", code, active=given.get("active", code["active"]), metadata=labels
    )


def redeemable(work: Work, given: Any, customer: str | None = None) -> tuple[Object, str | None]:
    """The coupon that a discount names, directly or by its promotion code's id; and that id.

    Raises:
        Refusal: unknown, expired or used up, or not for this customer.
    """
    promotion = None
    if given.get("promotion_code"):
        promotion = work.get("promotion_code", given["promotion_code"], "discounts[0][promotion_code]")
        _check_promotion(work, promotion, customer)
    id = promotion["promotion"]["coupon"] if promotion else given.get("coupon")
    if not id:
        raise Refusal("A discount names a coupon or a promotion_code.", param="discounts[0][coupon]")
    coupon = work.get("coupon", id, "discounts[0][coupon]")
    spent = coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]
    if spent or (coupon["redeem_by"] is not None and coupon["redeem_by"] < work.now):
        raise Refusal(f"Coupon {coupon['id']} is used up or expired.", code="coupon_expired", param="discounts[0][coupon]")
    return coupon, promotion["id"] if promotion else None


def _check_promotion(work: Work, promotion: Object, customer: str | None) -> None:
    most = promotion["max_redemptions"]
    over = promotion["expires_at"] is not None and promotion["expires_at"] < work.now
    if not promotion["active"] or over or (most is not None and promotion["times_redeemed"] >= most):
        raise Refusal("This promotion code is inactive, expired or used up.", code="promotion_code_expired")
    if promotion["customer"] not in (None, customer):
        raise Refusal("This promotion code is for another customer.", param="discounts[0][promotion_code]")


def promotion_by_code(work: Work, code: str) -> Object:
    for one in work.all("promotion_code"):
        if one["active"] and one["code"].lower() == code.lower():
            return one
    raise missing("promotion_code", code, "code", status=400)


def redeem(work: Work, coupon: Object, promotion: str | None, **holder: Any) -> Object:
    """Count the redemption; the discount that results."""
    used = coupon["times_redeemed"] + 1
    most = coupon["max_redemptions"]
    update(work, None, coupon, times_redeemed=used, valid=most is None or used < most)
    if promotion:
        code = work.get("promotion_code", promotion)
        update(work, None, code, times_redeemed=code["times_redeemed"] + 1)
    months = coupon["duration_in_months"]
    return {
        "id": new_id("di"),
        "object": "discount",
        "checkout_session": None,
        "customer": None,
        "end": _after_months(work.now, months) if months else None,
        "invoice": None,
        "invoice_item": None,
        "promotion_code": promotion,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": work.now,
        "subscription": None,
        "subscription_item": None,
        **holder,
    }


def _after_months(at: int, months: int) -> int:
    from .periods import after

    return after(at, at, "month", months)


def discounted(coupon: Object, amount: int, code: str) -> int:
    """How much the coupon takes off an amount, never more than all of it."""
    if coupon["percent_off"] is not None:
        return min(share(amount, coupon["percent_off"]), amount)
    if coupon["currency"] != code:
        raise Refusal(f"The coupon takes off {coupon['currency']}, not {code}.", param="discounts[0][coupon]")
    return min(int(coupon["amount_off"]), amount)


readable("products", "product", "active", "created")
readable("coupons", "coupon", "created")
readable("promotion_codes", "promotion_code", "active", "code", "customer", "created", coupon="promotion.coupon")

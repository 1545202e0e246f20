#!/usr/bin/env -S python3 -BS
# SPDX-License-Identifier: BSD-3-Clause
"""A shop whose parts are tested as they come."""
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))
from team import FEEDBACK, ROUND, WORK, expect, hand_on, load, read, work_on, write


def prices():
    """In cents. Half a cent is rounded up; Morgan forgets that at first."""
    if ROUND > 1:
        print("asked to change:", FEEDBACK)
    rounded = "net * percent // 100" if ROUND == 1 else "(net * percent + 50) // 100"
    hand_on(round=ROUND, module=write("shop/prices.py", f'''"""Prices with tax, in cents."""


def gross(net, percent):
    return net + {rounded}
'''))


def cart():
    hand_on(module=write("shop/cart.py", '''"""What somebody wants to buy."""


def add(cart, article, count=1):
    return {**cart, article: cart.get(article, 0) + count}


def total(cart, prices):
    return sum(prices[article] * count for article, count in cart.items())
'''))


def shipping():
    hand_on(module=write("shop/shipping.py", '''"""Free from 50.00 on."""


def cost(total):
    return 0 if total >= 5000 else 490
'''))


def cart_page():
    hand_on(page=write("web/cart.html", '<form action="/order"><input name="article"><input name="count" type="number"></form>\n'))


def order_page():
    hand_on(page=write("web/order.html", '<form action="/pay"><input name="address" required></form>\n'))


def test_tools():
    write("tests/README.md", "Each part is tested as soon as it is finished; see tests/RESULTS.\n")


CHECKS = {
    "prices": lambda: (expect(load("shop/prices.py").gross(1000, 19) == 1190, "19 % of 10.00 are 1.90"),
                       expect(load("shop/prices.py").gross(50, 19) == 60, "19 % of 0.50 are 0.095: round up to 0.60")),
    "cart": lambda: expect(load("shop/cart.py").total(load("shop/cart.py").add({"pen": 1}, "pen"), {"pen": 120}) == 240,
                           "two pens of 1.20 are 2.40"),
    "shipping": lambda: expect([load("shop/shipping.py").cost(x) for x in (4999, 5000)] == [490, 0],
                               "50.00 ships for free"),
    "cart-page": lambda: expect(re.search(r'action="/order"', read("web/cart.html")), "the cart leads nowhere"),
    "order-page": lambda: expect("required" in read("web/order.html"), "one can order to no address"),
}


def tests():
    for part in os.environ["TUTTI_TRIGGER"].split():
        CHECKS[part]()
        print(f"{part}: good")


def pipeline():
    script = write("infra/pipeline.sh", "set -eu\npython3 -m compileall -q shop\n")
    expect(subprocess.run(["sh", "-n", script], check=False).returncode == 0, "the pipeline is no shell script")


def packaging():
    write("infra/contents.txt", "shop\nweb\n")


def release():
    place = WORK / "release.zip"
    with zipfile.ZipFile(place, "w") as package:
        for folder in read("infra/contents.txt").split():
            for path in sorted((WORK / folder).iterdir()):
                if path.is_file():
                    package.write(path, path.relative_to(WORK))
    names = zipfile.ZipFile(place).namelist()
    expect(len(names) == 5, f"the release has {names}")
    for check in CHECKS.values():
        check()
    hand_on(files=len(names))


work_on(prices=prices, cart=cart, shipping=shipping, cart_page=cart_page, order_page=order_page,
        test_tools=test_tools, tests=tests, pipeline=pipeline, packaging=packaging, release=release)

"""Add the index on the customer that the orders database lacks, and prove that it is used."""

import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1])
with connection:
    connection.execute("CREATE INDEX orders_by_customer ON orders (customer, amount, placed)")
    connection.execute("ANALYZE")
plan = connection.execute(
    "EXPLAIN QUERY PLAN SELECT count(*), total(amount), max(placed) FROM orders WHERE customer = ?",
    (1,),
).fetchall()
(answer,) = connection.execute("PRAGMA integrity_check").fetchone()
connection.close()
print("integrity:", answer)
print("plan:", plan[0][3])
if answer != "ok" or "orders_by_customer" not in plan[0][3]:
    sys.exit("the index is not used")

//! The shop's queries: what each is called in telemetry, and its statement.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use serde_json::{Value, json};

/// Orders that are kept; the oldest go.
const MOST_ORDERS: i64 = 200_000;

/// A query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query {
    /// Products of a category, the most sold first.
    Products,
    /// One product.
    Product,
    /// Products by a part of their name.
    Search,
    /// What a visitor ordered lately.
    Cart,
    /// A new order: a transaction that writes.
    PlaceOrder,
    /// The sum of an order that waits to be paid.
    Unpaid,
    /// An order was paid.
    Pay,
    /// An order was sent.
    Send,
    /// Sales by category: reads everything.
    Report,
    /// A write lock that is held on request.
    Hold,
}

impl Query {
    /// Every query.
    pub const ALL: [Self; 10] = [
        Self::Products,
        Self::Product,
        Self::Search,
        Self::Cart,
        Self::PlaceOrder,
        Self::Unpaid,
        Self::Pay,
        Self::Send,
        Self::Report,
        Self::Hold,
    ];

    /// `db.operation.name`.
    pub const fn operation(self) -> &'static str {
        match self {
            Self::PlaceOrder => "INSERT",
            Self::Pay | Self::Send => "UPDATE",
            Self::Hold => "BEGIN",
            _ => "SELECT",
        }
    }

    /// `db.collection.name`.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Products | Self::Product | Self::Search => "products",
            Self::Cart | Self::PlaceOrder | Self::Unpaid | Self::Pay | Self::Send => "orders",
            Self::Report => "order_lines",
            Self::Hold => "",
        }
    }

    /// `db.query.summary`: what tells it from others of the same table.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Products => "SELECT products by category",
            Self::Product => "SELECT products by id",
            Self::Search => "SELECT products by name",
            Self::Cart => "SELECT orders of a visitor",
            Self::PlaceOrder => "INSERT orders",
            Self::Unpaid => "SELECT orders to pay",
            Self::Pay => "UPDATE orders paid",
            Self::Send => "UPDATE orders sent",
            Self::Report => "SELECT order_lines by category",
            Self::Hold => "BEGIN IMMEDIATE",
        }
    }

    /// `db.query.text`: the statement that takes the time.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Products => {
                "SELECT id, name, price_cents FROM products WHERE category = ? ORDER BY sold DESC LIMIT 24 OFFSET ?"
            }
            Self::Product => "SELECT id, name, category, about, price_cents, stock FROM products WHERE id = ?",
            Self::Search => "SELECT id, name, price_cents FROM products WHERE name LIKE ? ORDER BY sold DESC LIMIT 20",
            Self::Cart => {
                "SELECT orders.id, state, name, quantity FROM orders JOIN order_lines ON order_id = orders.id \
                 JOIN products ON product_id = products.id WHERE visitor = ? ORDER BY orders.id DESC LIMIT 20"
            }
            Self::PlaceOrder => "INSERT INTO orders (visitor, state, total_cents) VALUES (?, 'open', ?)",
            Self::Unpaid => "SELECT total_cents FROM orders WHERE id = ?",
            Self::Pay => "UPDATE orders SET state = 'paid' WHERE id = ?",
            Self::Send => "UPDATE orders SET state = 'sent' WHERE id = ?",
            Self::Report => {
                "SELECT category, count(*), sum(quantity), sum(quantity * price_cents) FROM order_lines \
                 JOIN products ON product_id = products.id GROUP BY category ORDER BY category"
            }
            Self::Hold => "BEGIN IMMEDIATE",
        }
    }
}

type Result<T> = std::result::Result<T, rusqlite::Error>;

/// A page of 24 products of a category.
pub fn products(connection: &Connection, category: &str, page: u32) -> Result<Value> {
    let mut statement = connection.prepare_cached(Query::Products.text())?;
    let rows = statement.query_map(params![category, page * 24], brief)?;
    Ok(json!({ "category": category, "page": page, "products": rows.collect::<Result<Vec<Value>>>()? }))
}

/// One product; `None` where there is none of this number.
pub fn product(connection: &Connection, id: u64) -> Result<Option<Value>> {
    let mut statement = connection.prepare_cached(Query::Product.text())?;
    let row = |row: &rusqlite::Row<'_>| {
        let (name, category, about): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let (price, stock): (u64, i64) = (row.get(4)?, row.get(5)?);
        Ok(json!({
            "id": id, "name": name, "category": category, "about": about, "price_cents": price, "stock": stock,
        }))
    };
    statement.query_row([id], row).optional()
}

/// Products whose name holds this text.
pub fn search(connection: &Connection, text: &str) -> Result<Value> {
    let mut statement = connection.prepare_cached(Query::Search.text())?;
    let like = format!("%{}%", text.replace(['%', '_'], ""));
    let rows = statement.query_map([like], brief)?;
    Ok(json!({ "q": text, "products": rows.collect::<Result<Vec<Value>>>()? }))
}

fn brief(row: &rusqlite::Row<'_>) -> Result<Value> {
    let (id, name, price): (u64, String, u64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(json!({ "id": id, "name": name, "price_cents": price }))
}

/// What a visitor ordered lately.
pub fn cart(connection: &Connection, visitor: u64) -> Result<Value> {
    let mut statement = connection.prepare_cached(Query::Cart.text())?;
    let rows = statement.query_map([visitor], |row| {
        let (order, state, name, quantity): (i64, String, String, i64) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        Ok(json!({ "order": order, "state": state, "name": name, "quantity": quantity }))
    })?;
    Ok(json!({ "visitor": visitor, "lines": rows.collect::<Result<Vec<Value>>>()? }))
}

/// Places an order in one transaction: the stock is looked at and lowered, the order and its line are written. Gives the
/// order's number; `None` where there is no such product or not enough of it.
pub fn place_order(connection: &mut Connection, visitor: u64, product: u64, quantity: u64) -> Result<Option<i64>> {
    let order = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: Option<(u64, u64)> = order
        .prepare_cached("SELECT price_cents, stock FROM products WHERE id = ?")?
        .query_row([product], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((price, _)) = found.filter(|(_, stock)| *stock >= quantity) else { return Ok(None) };
    let taken = "UPDATE products SET stock = stock - ?, sold = sold + ? WHERE id = ?";
    order.prepare_cached(taken)?.execute(params![quantity, quantity, product])?;
    order.prepare_cached(Query::PlaceOrder.text())?.execute(params![visitor, price.saturating_mul(quantity)])?;
    let id = order.last_insert_rowid();
    let line = "INSERT INTO order_lines (order_id, product_id, quantity) VALUES (?, ?, ?)";
    order.prepare_cached(line)?.execute(params![id, product, quantity])?;
    if id % 1_000 == 0 {
        order.execute("DELETE FROM order_lines WHERE order_id <= ?", [id - MOST_ORDERS])?;
        order.execute("DELETE FROM orders WHERE id <= ?", [id - MOST_ORDERS])?;
    }
    order.commit()?;
    Ok(Some(id))
}

/// The sum of an order; `None` where there is none of this number.
pub fn unpaid(connection: &Connection, order: i64) -> Result<Option<u64>> {
    connection.prepare_cached(Query::Unpaid.text())?.query_row([order], |row| row.get(0)).optional()
}

/// Notes that an order was paid, or sent.
pub fn mark(connection: &Connection, query: Query, order: i64) -> Result<()> {
    connection.prepare_cached(query.text())?.execute([order]).map(drop)
}

/// Notes that these orders were sent, in one transaction.
pub fn send(connection: &mut Connection, orders: &[i64]) -> Result<()> {
    let sending = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for order in orders {
        mark(&sending, Query::Send, *order)?;
    }
    sending.commit()
}

/// Sales by category.
pub fn report(connection: &Connection) -> Result<Value> {
    let mut statement = connection.prepare_cached(Query::Report.text())?;
    let rows = statement.query_map([], |row| {
        let (category, orders, items, cents): (String, u64, u64, u64) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        Ok(json!({ "category": category, "lines": orders, "items": items, "cents": cents }))
    })?;
    Ok(json!({ "categories": rows.collect::<Result<Vec<Value>>>()? }))
}

//! The shop's tables and what is in them at the start: made from numbers, the same on each machine.

use rusqlite::{Connection, TransactionBehavior, params};

/// Number of the tables' form; a file of another is filled anew.
const VERSION: i64 = 1;
/// Orders for each product at the start.
const ORDERS_A_PRODUCT: u64 = 4;

const TABLES: &str = "
DROP TABLE IF EXISTS order_lines;
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS products;
CREATE TABLE products (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, category TEXT NOT NULL, about TEXT NOT NULL,
    price_cents INTEGER NOT NULL, stock INTEGER NOT NULL, sold INTEGER NOT NULL
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, visitor INTEGER NOT NULL, state TEXT NOT NULL, total_cents INTEGER NOT NULL
);
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders(id), product_id INTEGER NOT NULL REFERENCES products(id),
    quantity INTEGER NOT NULL, PRIMARY KEY (order_id, product_id)
) WITHOUT ROWID;
CREATE INDEX products_by_category ON products(category, sold DESC);
CREATE INDEX orders_by_visitor ON orders(visitor, id DESC);
";

const MATERIALS: [&str; 12] =
    ["oak", "linen", "steel", "clay", "wool", "glass", "cork", "brass", "slate", "felt", "birch", "paper"];
const THINGS: [&str; 16] = [
    "table", "lamp", "kettle", "chair", "basket", "mirror", "shelf", "bowl", "blanket", "clock", "stool", "vase",
    "tray", "cup", "bench", "frame",
];
/// What products are sorted by.
pub const CATEGORIES: [&str; 6] = ["kitchen", "living", "garden", "office", "bath", "children"];

/// Makes the tables and fills them with this many products, unless they are there already.
///
/// # Errors
/// What the database said.
pub fn fill(connection: &mut Connection, n_products: u64) -> Result<(), rusqlite::Error> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let n_known: u64 = match version {
        VERSION => connection.query_row("SELECT count(*) FROM products", [], |row| row.get(0))?,
        _ => 0,
    };
    if n_known == n_products {
        return Ok(());
    }
    let filling = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    filling.execute_batch(TABLES)?;
    {
        let mut product = filling.prepare("INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, 0)")?;
        for id in 1..=n_products {
            let (name, category) = (name_of(id), CATEGORIES[(spread(id, 1) % 6) as usize]);
            let about = format!("{} for the {category}, number {id}", THINGS[(spread(id, 2) % 16) as usize]).repeat(6);
            product.execute(params![id, name, category, about, 500 + spread(id, 3) % 49_500, 1_000_000])?;
        }
        let mut order = filling.prepare("INSERT INTO orders VALUES (?, ?, 'sent', ?)")?;
        let mut line = filling.prepare("INSERT OR IGNORE INTO order_lines VALUES (?, ?, ?)")?;
        for id in 1..=n_products * ORDERS_A_PRODUCT {
            order.execute(params![id, spread(id, 4) % 1_000, 500 + spread(id, 5) % 90_000])?;
            for i in 0..2 {
                line.execute(params![id, 1 + spread(id, 6 + i) % n_products, 1 + spread(id, 8 + i) % 3])?;
            }
        }
    }
    filling.pragma_update(None, "user_version", VERSION)?;
    filling.commit()?;
    connection.execute_batch("ANALYZE")
}

fn name_of(id: u64) -> String {
    format!("{} {} {id}", MATERIALS[(spread(id, 10) % 12) as usize], THINGS[(spread(id, 11) % 16) as usize])
}

/// A number that looks random and is the same for the same arguments (Steele and others, SplitMix64).
fn spread(n: u64, which: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(which.wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

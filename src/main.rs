//! The program. It reads its arguments and hands over.

fn main() {}

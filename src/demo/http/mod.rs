//! HTTP: the routes, who may come in, and the connections they come by.

mod admission;
mod answer;
pub mod payments;
mod serve;
pub mod shop;
mod told;

pub use admission::Admission;
pub use answer::Answer;
pub use serve::{Handler, serve, stopped};

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Products of a category; cached.
    Products,
    /// One product; cached.
    Product,
    /// Products by name; cached.
    Search,
    /// What a visitor ordered.
    Cart,
    /// Places an order.
    Order,
    /// Pays an order.
    Checkout,
    /// What a visitor may like.
    Recommendations,
    /// Sales.
    Report,
    /// Whether it lives.
    Health,
    /// Whether it takes requests.
    Ready,
    /// The text for Prometheus.
    Metrics,
    /// What trouble there is.
    Trouble,
    /// Makes trouble.
    MakeTrouble,
    /// Ends trouble.
    EndTrouble,
    /// The payments service's own route.
    Pay,
    /// No route.
    Unknown,
}

impl Route {
    /// Every route.
    pub const ALL: [Self; 16] = [
        Self::Products,
        Self::Product,
        Self::Search,
        Self::Cart,
        Self::Order,
        Self::Checkout,
        Self::Recommendations,
        Self::Report,
        Self::Health,
        Self::Ready,
        Self::Metrics,
        Self::Trouble,
        Self::MakeTrouble,
        Self::EndTrouble,
        Self::Pay,
        Self::Unknown,
    ];

    /// `http.request.method`.
    pub const fn method(self) -> &'static str {
        match self {
            Self::Order | Self::Checkout | Self::MakeTrouble | Self::Pay => "POST",
            Self::EndTrouble => "DELETE",
            Self::Unknown => "_OTHER",
            _ => "GET",
        }
    }

    /// `http.route`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Products => "/products",
            Self::Product => "/products/{id}",
            Self::Search => "/search",
            Self::Cart => "/cart",
            Self::Order => "/orders",
            Self::Checkout => "/checkout",
            Self::Recommendations => "/recommendations",
            Self::Report => "/report",
            Self::Health => "/health",
            Self::Ready => "/ready",
            Self::Metrics => "/metrics",
            Self::Trouble | Self::MakeTrouble | Self::EndTrouble => "/chaos",
            Self::Pay => "/pay",
            Self::Unknown => "",
        }
    }

    /// Method and route, as a span is called.
    pub fn name(self) -> String {
        format!("{} {}", self.method(), self.path()).trim_end().to_owned()
    }

    /// The route of a request.
    ///
    /// # Errors
    /// The status for a path that there is not, or a method that it does not have.
    pub fn of(method: &str, path: &str) -> Result<Self, u16> {
        let is_product = path.strip_prefix("/products/").is_some_and(|rest| !rest.is_empty() && !rest.contains('/'));
        let pattern = if is_product { Self::Product.path() } else { path };
        let mut known = Self::ALL.into_iter().filter(|route| *route != Self::Unknown && route.path() == pattern);
        let Some(first) = known.next() else { return Err(404) };
        let method = if method == "HEAD" { "GET" } else { method };
        std::iter::once(first).chain(known).find(|route| route.method() == method).ok_or(405)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_their_routes() {
        for (method, path, expect) in [
            ("GET", "/products", Ok(Route::Products)),
            ("HEAD", "/products/17", Ok(Route::Product)),
            ("GET", "/products/", Err(404)),
            ("GET", "/products/1/2", Err(404)),
            ("POST", "/products/17", Err(405)),
            ("POST", "/orders", Ok(Route::Order)),
            ("GET", "/chaos", Ok(Route::Trouble)),
            ("POST", "/chaos", Ok(Route::MakeTrouble)),
            ("DELETE", "/chaos", Ok(Route::EndTrouble)),
            ("PUT", "/chaos", Err(405)),
            ("GET", "/", Err(404)),
            ("GET", "", Err(404)),
        ] {
            assert_eq!(Route::of(method, path), expect, "{method} {path}");
        }
        assert!(Route::ALL.iter().enumerate().all(|(i, route)| *route as usize == i), "a route's place is its number");
    }
}

//! What to install and how to run it, per language, for a service to report by OpenTelemetry without changes to its code.

use super::Way;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Language {
    #[default]
    Python,
    Node,
    Java,
    Go,
    DotNet,
    Rust,
}

impl Language {
    /// Every language with its name, in the order of the tabs.
    pub(super) const ALL: [(Self, &'static str); 6] = [
        (Self::Python, "Python"),
        (Self::Node, "Node"),
        (Self::Java, "Java"),
        (Self::Go, "Go"),
        (Self::DotNet, ".NET"),
        (Self::Rust, "Rust"),
    ];

    /// How its SDK sends where nothing is said: Python's by gRPC, the others by HTTP.
    pub(super) const fn own_way(self) -> Way {
        if matches!(self, Self::Python) { Way::Grpc } else { Way::Http }
    }

    /// What to do, each with what it is for.
    pub(super) const fn steps(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Python => &[
                (
                    "Install once",
                    "pip install opentelemetry-distro opentelemetry-exporter-otlp\nopentelemetry-bootstrap -a install",
                ),
                ("Run it with", "opentelemetry-instrument python app.py"),
            ],
            Self::Node => &[
                ("Install once", "npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node"),
                (
                    "Run it with",
                    "export OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp\nnode --require @opentelemetry/auto-instrumentations-node/register app.js",
                ),
            ],
            Self::Java => &[
                (
                    "Download once",
                    "curl -LO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar",
                ),
                ("Run it with", "java -javaagent:opentelemetry-javaagent.jar -jar app.jar"),
            ],
            Self::Go => &[
                (
                    "Add once",
                    "go get go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp go.opentelemetry.io/contrib/exporters/autoexport",
                ),
                ("Wrap the handler", "http.ListenAndServe(\":8080\", otelhttp.NewHandler(mux, \"server\"))"),
            ],
            Self::DotNet => &[
                (
                    "Install once",
                    "curl -sSfL https://github.com/open-telemetry/opentelemetry-dotnet-instrumentation/releases/latest/download/otel-dotnet-auto-install.sh -O\nsh ./otel-dotnet-auto-install.sh",
                ),
                ("Run it with", ". $HOME/.otel-dotnet-auto/instrument.sh\ndotnet app.dll"),
            ],
            Self::Rust => &[
                (
                    "Add once",
                    "cargo add tracing tracing-subscriber tracing-opentelemetry opentelemetry opentelemetry_sdk\ncargo add opentelemetry-otlp --features http-proto,reqwest-blocking-client",
                ),
                (
                    "Time a function",
                    "#[tracing::instrument]\nfn reserve_stock(order: &Order) -> Result<(), Error> { … }",
                ),
            ],
        }
    }
}

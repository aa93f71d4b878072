//! Metrics: handles made once and kept, so that counting is an addition.
//!
//! The names are in `names`. What can be read from the state is not counted here but read when
//! asked for (`scrape`).

pub mod names;
pub mod requests;
pub mod scrapes;
pub mod tenant;

use std::sync::Arc;

use metrics::{Counter, Gauge, Histogram, Key, Label, Metadata, Recorder};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use crate::journal::{CommitObserver, CommitReport};
use crate::server::end::End;

use names::{Kind, Metric};
use requests::Requests;

static METADATA: Metadata<'static> =
    Metadata::new(module_path!(), metrics::Level::INFO, Some(module_path!()));

/// Every metric.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    pub requests: Requests,
    pub commit: CommitMeter,
    pub snapshot_pause: Histogram,
    pub refused: Counter,
    pub events_lagged: Counter,
}

impl Metrics {
    pub fn new() -> Arc<Self> {
        let mut builder = PrometheusBuilder::new();
        for metric in names::ALL {
            if let Kind::Histogram(span) = metric.kind {
                let matcher = Matcher::Full(metric.name.to_owned());
                builder = builder
                    .set_buckets_for_metric(matcher, span.buckets())
                    .expect("no span is without buckets");
            }
        }
        let recorder = builder.build_recorder();
        describe(&recorder);
        let registry = Registry(&recorder);
        let metrics = Self {
            handle: recorder.handle(),
            requests: Requests::default(),
            commit: CommitMeter {
                seconds: registry.histogram(&names::COMMIT, &[]),
                bytes: registry.counter(&names::JOURNAL_BYTES, &[]),
                records: registry.counter(&names::JOURNAL_RECORDS, &[]),
                lag: registry.gauge(&names::JOURNAL_LAG, &[]),
            },
            snapshot_pause: registry.histogram(&names::SNAPSHOT_PAUSE, &[]),
            refused: registry.counter(&names::REFUSED, &[]),
            events_lagged: registry.counter(&names::EVENTS_LAGGED, &[]),
            recorder,
        };
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        metrics.gauge(&names::BUILD_INFO, &version).set(1.0);
        Arc::new(metrics)
    }

    pub fn counter(&self, metric: &Metric, labels: &[(&'static str, &str)]) -> Counter {
        Registry(&self.recorder).counter(metric, labels)
    }

    pub fn gauge(&self, metric: &Metric, labels: &[(&'static str, &str)]) -> Gauge {
        Registry(&self.recorder).gauge(metric, labels)
    }

    pub fn histogram(&self, metric: &Metric, labels: &[(&'static str, &str)]) -> Histogram {
        Registry(&self.recorder).histogram(metric, labels)
    }

    /// A connection has ended.
    pub fn count_end(&self, end: End) {
        let labels = [("reason", end.as_str())];
        self.counter(&names::CLOSED, &labels).increment(1);
    }

    /// The Prometheus text. Slow if there are many series: not for an I/O thread.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Moves the observations of histograms into their buckets. To be called every few seconds,
    /// because every observation is kept until then.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

/// Makes handles.
struct Registry<'a>(&'a PrometheusRecorder);

impl Registry<'_> {
    fn counter(&self, metric: &Metric, labels: &[(&'static str, &str)]) -> Counter {
        debug_assert_eq!(metric.kind, Kind::Counter, "{} is a counter", metric.name);
        self.0.register_counter(&key(metric, labels), &METADATA)
    }

    fn gauge(&self, metric: &Metric, labels: &[(&'static str, &str)]) -> Gauge {
        debug_assert_eq!(metric.kind, Kind::Gauge, "{} is a gauge", metric.name);
        self.0.register_gauge(&key(metric, labels), &METADATA)
    }

    fn histogram(&self, metric: &Metric, labels: &[(&'static str, &str)]) -> Histogram {
        self.0.register_histogram(&key(metric, labels), &METADATA)
    }
}

fn key(metric: &Metric, labels: &[(&'static str, &str)]) -> Key {
    let labels: Vec<Label> = labels
        .iter()
        .map(|(name, value)| Label::new(*name, (*value).to_owned()))
        .collect();
    Key::from_parts(metric.name, labels)
}

fn describe(recorder: &PrometheusRecorder) {
    for metric in names::ALL {
        let (name, help) = (metric.name.into(), metric.help.into());
        match metric.kind {
            Kind::Counter => recorder.describe_counter(name, None, help),
            Kind::Gauge => recorder.describe_gauge(name, None, help),
            Kind::Histogram(_) => recorder.describe_histogram(name, None, help),
        }
    }
}

/// Counts the commits of the journal.
#[derive(Clone)]
pub struct CommitMeter {
    seconds: Histogram,
    bytes: Counter,
    records: Counter,
    lag: Gauge,
}

impl CommitObserver for CommitMeter {
    fn committed(&self, report: &CommitReport) {
        self.seconds.record(report.write_time.as_secs_f64());
        self.bytes.increment(report.frame_bytes);
        self.records.increment(u64::from(report.records));
        self.lag.set(report.lag_records as f64);
    }
}

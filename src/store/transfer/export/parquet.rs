//! Apache Parquet: a row for each sample or bucket, by time, in row groups of bounded size, not compressed.
//!
//! `value` is the sample or the bucket's mean; `min`, `max` and `count` are of the bucket, and of a sample itself;
//! `bucket_seconds` is null in rows of single samples. `attributes` is a JSON object.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::json_lines::attributes_json;
use super::rows::{Cell, Row};
use super::{ExportJob, TransferError};

/// Rows of a row group, and what is gathered before it is written.
const GROUP_ROWS: usize = 131_072;

pub(super) fn write(job: &mut ExportJob<'_>, out: &mut (dyn Write + Send)) -> Result<usize, TransferError> {
    let schema = schema().map_err(refused)?;
    let properties =
        WriterProperties::builder().set_created_by(format!("perfdesk {}", env!("CARGO_PKG_VERSION"))).build();
    let mut file = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(refused)?;
    let texts = Texts::of(job);
    let mut group = Group::default();
    let n_late = job.each_row(&mut |row| {
        group.add(row);
        if group.cells.len() >= GROUP_ROWS {
            group.write(&texts, &mut file)?;
        }
        Ok(())
    })?;
    group.write(&texts, &mut file)?;
    file.close().map_err(refused)?;
    Ok(n_late)
}

fn schema() -> Result<TypePtr, ParquetError> {
    let column = |name: &str, physical: PhysicalType, logical: Option<LogicalType>, repetition| {
        Type::primitive_type_builder(name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
            .map(Arc::new)
    };
    let required = Repetition::REQUIRED;
    let millis = LogicalType::timestamp(true, TimeUnit::MILLIS);
    let fields = vec![
        column("time", PhysicalType::INT64, Some(millis), required)?,
        column("bucket_seconds", PhysicalType::INT32, None, Repetition::OPTIONAL)?,
        column("series", PhysicalType::BYTE_ARRAY, Some(LogicalType::String), required)?,
        column("metric", PhysicalType::BYTE_ARRAY, Some(LogicalType::String), required)?,
        column("attributes", PhysicalType::BYTE_ARRAY, Some(LogicalType::Json), required)?,
        column("unit", PhysicalType::BYTE_ARRAY, Some(LogicalType::String), required)?,
        column("value", PhysicalType::FLOAT, None, required)?,
        column("min", PhysicalType::FLOAT, None, required)?,
        column("max", PhysicalType::FLOAT, None, required)?,
        column("count", PhysicalType::INT64, None, required)?,
    ];
    Type::group_type_builder("perfdesk").with_fields(fields).build().map(Arc::new)
}

/// The texts of each series, by place.
struct Texts {
    series: Vec<ByteArray>,
    metric: Vec<ByteArray>,
    attributes: Vec<ByteArray>,
    unit: Vec<ByteArray>,
}

impl Texts {
    fn of(job: &ExportJob<'_>) -> Self {
        let all = |text: &dyn Fn(&crate::model::SeriesDef) -> String| {
            job.inventory.series.iter().map(|listed| ByteArray::from(text(&listed.def).as_str())).collect()
        };
        Self {
            series: all(&|def| def.key.to_string()),
            metric: all(&|def| def.key.metric().to_owned()),
            attributes: all(&attributes_json),
            unit: all(&|def| def.unit.ucum()),
        }
    }
}

/// The rows of the next group.
#[derive(Default)]
struct Group {
    times: Vec<i64>,
    bucket_seconds: Vec<Option<i32>>,
    cells: Vec<Cell>,
}

impl Group {
    fn add(&mut self, row: &Row<'_>) {
        let bucket = row.tier.step().and_then(|step| i32::try_from(step.as_secs()).ok());
        for cell in row.cells {
            self.times.push(row.at);
            self.bucket_seconds.push(bucket);
            self.cells.push(*cell);
        }
    }

    fn write<W: Write + Send>(
        &mut self,
        texts: &Texts,
        file: &mut SerializedFileWriter<W>,
    ) -> Result<(), TransferError> {
        if !self.cells.is_empty() {
            self.write_columns(texts, file).map_err(refused)?;
        }
        self.times.clear();
        self.bucket_seconds.clear();
        self.cells.clear();
        Ok(())
    }

    fn write_columns<W: Write + Send>(
        &self,
        texts: &Texts,
        file: &mut SerializedFileWriter<W>,
    ) -> Result<(), ParquetError> {
        let mut group = file.next_row_group()?;
        let lengths: Vec<i32> = self.bucket_seconds.iter().flatten().copied().collect();
        let is_there: Vec<i16> = self.bucket_seconds.iter().map(|bucket| i16::from(bucket.is_some())).collect();
        column::<Int64Type, _>(&mut group, &self.times, None)?;
        column::<Int32Type, _>(&mut group, &lengths, Some(&is_there))?;
        for texts in [&texts.series, &texts.metric, &texts.attributes, &texts.unit] {
            let of_cell = |cell: &Cell| texts.get(cell.series as usize).cloned().unwrap_or_default();
            column::<ByteArrayType, _>(&mut group, &self.each(of_cell), None)?;
        }
        column::<FloatType, _>(&mut group, &self.each(|cell| cell.mean), None)?;
        column::<FloatType, _>(&mut group, &self.each(|cell| cell.min), None)?;
        column::<FloatType, _>(&mut group, &self.each(|cell| cell.max), None)?;
        column::<Int64Type, _>(&mut group, &self.each(|cell| i64::from(cell.count)), None)?;
        group.close().map(|_| ())
    }

    fn each<T>(&self, of: impl Fn(&Cell) -> T) -> Vec<T> {
        self.cells.iter().map(of).collect()
    }
}

fn column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    is_there: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let mut writer = group.next_column()?.ok_or_else(|| ParquetError::General("a column too many".into()))?;
    writer.typed::<T>().write_batch(values, is_there, None)?;
    writer.close()
}

/// What a refusal by the output looks like from inside the library.
fn refused(error: ParquetError) -> TransferError {
    let source = match error {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(io) => *io,
            Err(other) => std::io::Error::other(other),
        },
        other => std::io::Error::other(other),
    };
    TransferError::Output(source)
}

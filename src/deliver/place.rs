use std::io::{self, Read};
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum};
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt, PutPayload, RetryConfig, WriteMultipart};
use tokio::runtime::{Builder, Runtime};

use super::{DeliverError, DestinationKind, DestinationSettings};
use crate::store::Deposit;

/// The size of the parts in which a large file goes to a bucket, and up to
/// which a file goes at once. S3 takes parts from 5 MiB on.
const PART_BYTES: usize = 8 << 20;
/// How long a store that does not answer is asked again.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where files are taken. Each of them is there whole or not at all: S3 shows
/// an object only when all of it has arrived.
pub(super) enum Place {
    Folder(Deposit),
    Bucket(Box<Bucket>),
}

pub(super) struct Bucket {
    store: AmazonS3,
    prefix: String,
    runtime: Runtime,
}

impl Place {
    pub(super) fn open(destination: &DestinationSettings) -> Result<Self, DeliverError> {
        match destination.kind {
            DestinationKind::S3 => Bucket::open(destination).map(|b| Self::Bucket(Box::new(b))),
            _ => {
                let path = destination.path.as_deref().unwrap_or_default();
                Ok(Self::Folder(Deposit::new(path)))
            }
        }
    }

    pub(super) fn put(
        &self,
        path: &str,
        content: impl Read,
        bytes: u64,
    ) -> Result<(), DeliverError> {
        match self {
            Self::Folder(deposit) => Ok(deposit.put(path, content)?),
            Self::Bucket(bucket) => bucket.put(path, content, bytes),
        }
    }

    pub(super) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, DeliverError> {
        match self {
            Self::Folder(deposit) => Ok(deposit.read(path)?),
            Self::Bucket(bucket) => bucket.read(path),
        }
    }

    pub(super) fn size(&self, path: &str) -> Result<Option<u64>, DeliverError> {
        match self {
            Self::Folder(deposit) => Ok(deposit.size(path)?),
            Self::Bucket(bucket) => bucket.size(path),
        }
    }

    pub(super) fn remove(&self, path: &str) -> Result<(), DeliverError> {
        match self {
            Self::Folder(deposit) => Ok(deposit.remove(path)?),
            Self::Bucket(bucket) => bucket.remove(path),
        }
    }
}

impl Bucket {
    fn open(destination: &DestinationSettings) -> Result<Self, DeliverError> {
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(destination.bucket.as_deref().unwrap_or_default())
            .with_checksum_algorithm(Checksum::SHA256)
            .with_retry(RetryConfig {
                retry_timeout: PATIENCE,
                ..RetryConfig::default()
            });
        if let Some(region) = &destination.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = &destination.endpoint {
            builder = builder
                .with_endpoint(endpoint)
                // Asked for by the address itself.
                .with_allow_http(endpoint.starts_with("http://"));
        }
        let settings = |problem: String| DeliverError::Settings(problem);
        Ok(Self {
            store: builder
                .build()
                .map_err(|error| settings(error.to_string()))?,
            prefix: destination
                .prefix
                .as_deref()
                .map_or_else(String::new, |prefix| {
                    format!("{}/", prefix.trim_end_matches('/'))
                }),
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| settings(error.to_string()))?,
        })
    }

    fn path(&self, path: &str) -> Path {
        Path::from(format!("{}{path}", self.prefix))
    }

    fn put(&self, path: &str, mut content: impl Read, bytes: u64) -> Result<(), DeliverError> {
        let object = self.path(path);
        let failed = |problem: String| DeliverError::Bucket {
            doing: "write",
            path: path.to_owned(),
            problem,
        };
        if bytes <= PART_BYTES as u64 {
            let mut whole = Vec::new();
            content
                .read_to_end(&mut whole)
                .map_err(|error| failed(first_line(&error)))?;
            let put = self.store.put(&object, PutPayload::from(whole));
            self.runtime
                .block_on(put)
                .map_err(|error| failed(first_line(&error)))?;
            return Ok(());
        }
        self.runtime.block_on(async {
            let upload = self.store.put_multipart(&object).await;
            let upload = upload.map_err(|error| failed(first_line(&error)))?;
            let mut writer = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
            match copy(&mut content, &mut writer).await {
                Ok(()) => writer.finish().await.map(|_| ()),
                Err(error) => {
                    // What has arrived of it must not lie about and cost money.
                    let _ = writer.abort().await;
                    Err(error)
                }
            }
            .map_err(|error| failed(first_line(&error)))
        })
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, DeliverError> {
        let object = self.path(path);
        let read = self.runtime.block_on(async {
            match self.store.get(&object).await {
                Ok(found) => found.bytes().await.map(|bytes| Some(bytes.to_vec())),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        });
        read.map_err(|error| failed("read", path, &error))
    }

    fn size(&self, path: &str) -> Result<Option<u64>, DeliverError> {
        match self.runtime.block_on(self.store.head(&self.path(path))) {
            Ok(found) => Ok(Some(found.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("read", path, &error)),
        }
    }

    fn remove(&self, path: &str) -> Result<(), DeliverError> {
        match self.runtime.block_on(self.store.delete(&self.path(path))) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed("remove", path, &error)),
        }
    }
}

fn failed(doing: &'static str, path: &str, error: &Error) -> DeliverError {
    DeliverError::Bucket {
        doing,
        path: path.to_owned(),
        problem: first_line(error),
    }
}

/// An answer of the store may be a whole document; its first line says it.
fn first_line(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

async fn copy(content: &mut impl Read, writer: &mut WriteMultipart) -> Result<(), Error> {
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = match content.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(source) => {
                return Err(Error::Generic {
                    store: "run",
                    source: Box::new(source),
                });
            }
        };
        if read == 0 {
            return Ok(());
        }
        // At most two parts are under way, so that memory stays small.
        writer.wait_for_capacity(2).await?;
        writer.write(&buffer[..read]);
    }
}

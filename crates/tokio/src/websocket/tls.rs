//! Which servers are trusted.
//!
//! Owns: the roots and the rustls configuration made of them. Must not know: what runs over TLS.

use std::sync::{Arc, OnceLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

/// Why a root certificate was not taken, or none is there.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The text is no PEM.
    #[error("the PEM can't be read: {0}")]
    Pem(#[from] rustls::pki_types::pem::Error),
    /// The PEM is one of something else.
    #[error("there is no certificate in the PEM: it must have a section BEGIN CERTIFICATE")]
    NoCertificate,
    /// The certificate is no root that rustls can use.
    #[error("the root certificate can't be used: {0}")]
    Root(#[from] rustls::Error),
    /// The system has no roots, and none was added.
    #[error(
        "there is no root certificate to trust: install the system's (the package is often called \
         ca-certificates), or add one to the connector"
    )]
    NoRoots,
}

/// Made into a configuration by the first dial that needs one, because reading the system's roots
/// takes a moment; after that, clones share it.
#[derive(Clone)]
pub(super) struct Tls {
    added: RootCertStore,
    system_roots: bool,
    config: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl Default for Tls {
    fn default() -> Self {
        Self { added: RootCertStore::empty(), system_roots: true, config: Arc::default() }
    }
}

impl Tls {
    pub(super) fn add_pem(&mut self, pem: &[u8]) -> Result<(), CertificateError> {
        let roots = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>()?;
        if roots.is_empty() {
            return Err(CertificateError::NoCertificate);
        }
        roots.into_iter().try_for_each(|root| self.add(root))
    }

    pub(super) fn add_der(&mut self, der: &[u8]) -> Result<(), CertificateError> {
        self.add(CertificateDer::from(der.to_vec()))
    }

    pub(super) fn forget_system_roots(&mut self) {
        self.system_roots = false;
        self.forget_config();
    }

    pub(super) fn replace(&mut self, config: Arc<ClientConfig>) {
        self.config = Arc::new(OnceLock::from(config));
    }

    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, CertificateError> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(self.build()?);
        Ok(Arc::clone(self.config.get_or_init(|| config)))
    }

    fn add(&mut self, root: CertificateDer<'static>) -> Result<(), CertificateError> {
        self.added.add(root)?;
        self.forget_config();
        Ok(())
    }

    /// Clones that were made before keep theirs.
    fn forget_config(&mut self) {
        self.config = Arc::default();
    }

    fn build(&self) -> Result<ClientConfig, CertificateError> {
        let mut roots = self.added.clone();
        if self.system_roots {
            let system = rustls_native_certs::load_native_certs();
            for error in &system.errors {
                tracing::warn!(%error, "a root certificate of the system can't be read");
            }
            roots.add_parsable_certificates(system.certs);
        }
        if roots.is_empty() {
            return Err(CertificateError::NoRoots);
        }
        // The provider by name: a default one may be missing in this process, or be another.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok(ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth())
    }
}

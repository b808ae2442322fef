//! Why a license text is refused.

use domain::id::Kid;

/// Why a license text is not what it says it is.
///
/// Time limits of the license itself are no errors here: a genuine license that has ended is
/// still genuine, and the verdict says the rest.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LicenseError {
    /// Longer than [`crate::text::MAX_BYTES`]; nothing was parsed.
    #[error("the text is too long to be a license")]
    TooLarge,
    /// The checksum of a product key disagrees: somebody mistyped it, or a part got lost.
    #[error("the product key was mistyped or is incomplete")]
    Mistyped,
    /// Not the form that it should have; says which rule was broken.
    #[error("the license text is malformed: {0}")]
    Malformed(&'static str),
    /// The header names another algorithm than `EdDSA`.
    #[error("the signature algorithm is not supported")]
    UnsupportedAlgorithm,
    /// A genuine text of another kind, for example a certificate where a license should be.
    #[error("the text is of another type")]
    WrongType,
    /// It demands understanding of something that this verifier does not know.
    #[error("\"{0}\" is critical and not understood")]
    UnknownCritical(String),
    /// Nobody vouches for the key.
    #[error("the signing key {0} is not known")]
    UnknownKey(Kid),
    /// The signature does not fit text and key.
    #[error("the signature is wrong")]
    BadSignature,
    /// The issuer's certificate does not vouch for the key.
    #[error("the certificate of the signing key is not valid: {0}")]
    BadCertificate(CertFault),
    /// The signing key belongs to another issuer than the claims name.
    #[error("the signing key belongs to another issuer")]
    WrongIssuer,
    /// It says that it was issued in the future.
    #[error("the license says that it was issued in the future")]
    IssuedInFuture,
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CertFault {
    /// It is not a certificate, or damaged.
    #[error("it is malformed")]
    Malformed,
    /// No trusted root signed it.
    #[error("no trusted root signed it")]
    UnknownRoot,
    /// Its own signature is wrong.
    #[error("its signature is wrong")]
    BadSignature,
    /// It is for another key than the one that signed.
    #[error("it is for another key")]
    OtherKey,
    /// It is for another use, such as signing answers.
    #[error("it is for another use")]
    OtherUse,
    /// The signature was made before the certificate began.
    #[error("it was not valid yet")]
    NotYetValid,
    /// The signature was made after the certificate ended.
    #[error("it had expired")]
    Expired,
}

impl From<CertFault> for LicenseError {
    fn from(fault: CertFault) -> Self {
        Self::BadCertificate(fault)
    }
}

impl LicenseError {
    /// Whether a person most likely mistyped the text, rather than forged it.
    pub const fn is_typing_error(&self) -> bool {
        matches!(self, Self::Mistyped)
    }
}

// The closed vocabularies of the domain. Every enum has a stable UPPER_SNAKE word, which is what
// the log, the JSON forms and the protos carry.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace facegate::model {

// What a caller may do; from its client certificate. Nobody's certificate says kSelf: that is a
// person who holds the token of their own receipt.
enum class Role { kCamera, kController, kEnroller, kOperator, kAuditor, kViewer, kResolver, kSelf };

// What is asked for. The words are those of the rule vocabulary's request.operation, upper case.
enum class Operation { kEnroll, kVerify1to1, kIdentify1toN, kDetectOnly };

// What a door does.
enum class Verdict { kAllow, kUseAlternative, kDeny };

// Why. Coarse(reason) is what doors and cameras see.
enum class Reason {
  kMatched,           // ALLOW: the face matched within the scope
  kEnrolled,          // ALLOW: a template was stored
  kConsentMissing,    // no consent for this person, purpose and site
  kConsentWithdrawn,  // there was one; the person withdrew it
  kConsentExpired,    // there was one; its validity ended
  kConsentRefused,    // the person said no
  kNotEnrolled,       // consent stands, but no template is stored
  kNoMatch,           // compared, and not the claimed or any person in scope
  kInconclusive,      // the evidence does not support an answer
  kNoFace,            // no face in the region of interest
  kMultipleFaces,     // more than one, and none clearly the one meant
  kPoorQuality,       // no face passed the quality gate
  kImageInvalid,      // undecodable, truncated, wrong kind
  kImageTooLarge,     // over a limit, found before decoding
  kPolicyDenied,      // a rule refused; the findings name it
  kInputMissing,      // a rule could not be decided for want of an input
  kUnknownResource,   // site, camera, access point or purpose is not registered
  kConsentMoved,      // consent changed between decision and record: aborted
  kCancelled,         // the caller went away
  kDeadlineExceeded,  // the caller's time was up
  kFault,             // a stage failed
  kAbandoned,         // a permit was dropped unspent (a bug, recorded)
  kLeaseClosed,       // a stream lease ended in the ordinary way
  // Of credentials that are no face; see IsOfCredential.
  kPassAccepted,          // ALLOW
  kBadgeAccepted,         // ALLOW
  kStaffOverride,         // ALLOW: staff let the person through
  kKindNotOffered,        // the access point has no such way through
  kKindNotWorking,        // it has, and none of that kind works
  kPassBadSignature,      // no pass of this operator, or one that was changed
  kPassOtherSite,         // a pass of another site
  kPassOtherAccessPoint,  // of another access point of the site
  kPassNotYetValid,       // its time has not come
  kPassExpired,           // its time is over
  kPassReplayed,          // for one use, and used
  kBadgeUnknown,          // not registered for the site
  kBadgeExpired,          // registered until a time that has passed
  // Of faces again.
  kSubjectRestricted,  // what is held about the person is frozen
  // Of templates in their person's own hands.
  kIssuedToHolder,         // ALLOW: a template was made, and handed out as a token
  kHolderTokenMissing,     // people hold their templates here, and none was shown
  kHolderTokenBad,         // no token of this operator, or one that was changed
  kHolderTokenExpired,     // its time is over
  kHolderTokenRevoked,     // it was reported lost
  kHolderTokenKeyRetired,  // its key was retired, and the time of grace is over
  kHolderTokenOther,       // of another person, place or purpose, or of a consent that has ended
};

// What somebody shows to be let through.
enum class CredentialKind { kFace, kPass, kBadge, kStaffOverride };
// Why staff let somebody through.
enum class OverrideReason {
  kAccessibility,
  kEquipmentFailure,
  kEmergency,
  kEscortedVisitor,
  kOtherListed
};

enum class VenueKind {
  kHotel,
  kHotelRoom,
  kBank,
  kStation,
  kAirport,
  kStadium,
  kExhibitionHall,
  kMuseum,
  kArtGallery,
  kLibrary,
  kSupermarket,
  kRetailStore,
  kFoodDrink,
  kEntertainment,
  kResidentialCompound,
  kOffice,
  kSchool,
  kHospital,
  kStreet,
  kPublicBathroom,
  kChangingRoom,
  kToilet,
  kVehicle,
  kHome,
  kOther,
};

enum class PurposeCategory {
  kAccessControl,
  kPayment,
  kBoarding,
  kCheckIn,
  kAttendance,
  kInternalManagement,
  kPublicSafety,
  kLawEnforcement,
  kCustomerService,
  kMarketing,
  kSocialAssistance,
  kRealEstateDisposal,
  kExam,
  kResearchTraining,
  kPersonalDeviceUnlock,
};

enum class AlternativeKind { kCard, kPin, kDocumentCheck, kStaffDesk, kQr, kKey, kFob };

// What a camera is for. A door compares one claimed person; a marked lane, which a person steps
// into, may identify; a desk enrols.
enum class CameraUse { kDoor, kMarkedLane, kEnrollmentDesk };

enum class ConsentStatus { kRequested, kGranted, kRefused, kWithdrawn, kExpired, kSuperseded };
enum class ConsentForm {
  kImplied,
  kBundled,
  kGeneral,
  kSeparate,
  kExplicit,
  kWritten,
  kESignature
};
enum class ConsentScope {
  kIdentify,
  kVerify,
  kOriginalImageRetention,
  kInternetTransmission,
  kDisclosure,
  kAttributeAnalysis,
  kSecondaryUse,
  kCrossBorder,
};
// In what capacity a person meets the operator.
enum class SubjectRole {
  kEmployee,
  kCustomer,
  kTenant,
  kVisitor,
  kStudent,
  kPassenger,
  kPatient,
  kPublic
};
enum class ConsentGiver { kSelf, kParent, kGuardian, kAuthorizedRepresentative };
// Where a person was asked.
enum class ConsentChannel { kDesk, kKiosk, kWeb, kPaper, kPhone };

// What an operator is.
enum class OrgKind {
  kPrivate,
  kPublicBody,
  kLawEnforcement,
  kFinancialInstitution,
  kGovernmentContractor
};

// Where the EU AI Act's Annex III puts a use.
enum class AnnexIiiClass {
  kNotClassified,
  kNotHighRiskVerification,
  kAnnexIii1aRbi,
  kAnnexIii1bCategorisation,
  kAnnexIii1cEmotion
};

// What a purpose would keep of the picture that somebody is enrolled from: nothing; a small grey
// copy of the face; the face as it was taken.
enum class ImageRetention { kNone, kReduced, kOriginal };

// Why a kept image is looked at, and why one is deleted.
enum class ImageViewReason { kDisputedMatch, kIncident, kSubjectRequest, kLegalOrder };
enum class ImageDeletionCause { kRequested, kExpired };
// Why somebody looks for a person's records, or for the person of a record.
enum class ResolutionReason { kRightsRequest, kIncident, kLegalOrder, kComplaint };
// Where the templates of a purpose are: sealed in the store, or sealed in a token that their person
// holds, with nothing stored.
enum class TemplateCustody { kGateway, kHolder };

// What an answer does to the person.
enum class DecisionEffect { kNone, kConvenience, kAccess, kAdverseLegal, kMajorPersonalInterest };

// What a notice's text covers.
enum class NoticeField {
  kHandlerName,
  kHandlerContact,
  kPurpose,
  kMethod,
  kDataKind,
  kRetention,
  kNecessity,
  kImpactOnRights,
  kRightsProcedure,
  kRecipients,
  kLegalBasis,
  kDpoContact,
  kTransfer,
  kComplaintRoute,
  kAutomatedDecision,
  kTermOfStorage
};

// What a sign says at first glance, its first layer.
enum class SignField { kController, kPurpose, kRights, kRetentionOrLink, kContact };

// What an impact assessment covers.
enum class AssessmentSection {
  kLawfulnessEthics,
  kPurposeNecessity,
  kAccuracyDistanceLimits,
  kSafeguardsProportionate,
  kLeakRiskAndHarm,
  kRightsImpactAndMitigation
};

// What made an assessment stale.
enum class InvalidatedBy { kNothing, kPurposeChange, kMethodChange, kMajorIncident };

// Where a filing with an authority stands; CanMove (compliance.h) has the moves.
enum class FilingStatus { kNone, kDraft, kSubmitted, kAccepted, kChanged, kCancelled };

// A document that belongs to a filing.
enum class FilingDoc {
  kHandlerBasics,
  kPiOfficer,
  kNecessityStatement,
  kPurposeAndMethod,
  kStoredCountAndSecurity,
  kRulesAndProcedures,
  kPiaReport,
  kOtherRequired
};

// Why a law would excuse a rule; there is no value for "none".
enum class ExemptionKind {
  kLawRequiresFr,
  kLawWaivesConsent,
  kNationalSecurity,
  kPublicSafety,
  kEmergencyLifeHealthProperty,
  kPublicHealth,
  kMedicalOrSafety,
  kCrimeVictimOrMissingPersonSearch,
  kSeriousCrimeSuspect
};

// What a complaint is about.
enum class ComplaintKind {
  kPressure,
  kNoAlternative,
  kNoConsent,
  kWrongMatch,
  kDataHandling,
  kOther
};

// How a complaint was answered.
enum class ComplaintOutcome { kUpheld, kPartlyUpheld, kRejected, kWithdrawn };

// Which right a person exercises.
enum class RightsKind {
  kAccess,
  kCopy,
  kCorrection,
  kDeletion,
  kWithdrawal,
  kObjection,
  kPortability,
  kExplanation,
  kHumanReview
};

// How a rights request was answered.
enum class RightsOutcome { kGranted, kPartlyGranted, kRefused, kWithdrawn };

// What happened to the data.
enum class IncidentKind { kLeak, kTampering, kLoss, kMisuse, kOutage, kOther };

// On what ground data went to somebody else.
enum class DisclosureBasis {
  kNone,
  kConsent,
  kStatute,
  kWarrant,
  kCompletesRequestedTransaction,
  kProcessorContract
};

// What a review of the decision thresholds decided.
enum class ThresholdDecision { kKept, kRaised, kLowered, kSuspended };

// The word of each value, e.g. "USE_ALTERNATIVE", "HOTEL_ROOM", "VERIFY_1TO1".
std::string_view Word(Role v);
std::string_view Word(Operation v);
std::string_view Word(Verdict v);
std::string_view Word(Reason v);
std::string_view Word(VenueKind v);
std::string_view Word(PurposeCategory v);
std::string_view Word(AlternativeKind v);
std::string_view Word(CameraUse v);
std::string_view Word(ConsentStatus v);
std::string_view Word(ConsentForm v);
std::string_view Word(ConsentScope v);
std::string_view Word(ConsentGiver v);
std::string_view Word(ConsentChannel v);
std::string_view Word(SubjectRole v);
std::string_view Word(OrgKind v);
std::string_view Word(AnnexIiiClass v);
std::string_view Word(DecisionEffect v);
std::string_view Word(ImageRetention v);
std::string_view Word(ImageViewReason v);
std::string_view Word(ImageDeletionCause v);
std::string_view Word(ResolutionReason v);
std::string_view Word(TemplateCustody v);
std::string_view Word(NoticeField v);
std::string_view Word(SignField v);
std::string_view Word(AssessmentSection v);
std::string_view Word(InvalidatedBy v);
std::string_view Word(FilingStatus v);
std::string_view Word(FilingDoc v);
std::string_view Word(ExemptionKind v);
std::string_view Word(ComplaintKind v);
std::string_view Word(ComplaintOutcome v);
std::string_view Word(RightsKind v);
std::string_view Word(RightsOutcome v);
std::string_view Word(IncidentKind v);
std::string_view Word(DisclosureBasis v);
std::string_view Word(ThresholdDecision v);
std::string_view Word(CredentialKind v);
std::string_view Word(OverrideReason v);

// The value of a word, exact spelling. Instantiated for every enum above.
template <class E>
std::optional<E> FromWord(std::string_view word);

// The enum itself, "VENUE_KIND": the prefix of its values in the protos, and of BAD_VENUE_KIND.
// Instantiated for every enum that is a field of a resource.
template <class E>
std::string_view TypeWord();
// Its words, in the order of the values. Instantiated likewise.
template <class E>
std::vector<std::string_view> WordsOf();

// What doors and cameras may learn: unknown, unconsented, withdrawn, expired, refused and
// unenrolled people all answer kConsentMissing, and so does whoever shows another person's token.
// Other reasons pass through: what is wrong with a token by itself says nothing about a person.
Reason Coarse(Reason reason);

// Whether a credential of that kind, which is no face, can be answered with `reason`: to it and
// nothing else. Never for kFace: what a face is answered with needs a permit.
bool IsOfCredential(Reason reason, CredentialKind kind);
// Whether the person is let through with it: kPassAccepted, kBadgeAccepted, kStaffOverride.
bool LetsThrough(Reason reason);
// Whether an alternative is the way through for such a credential: a QR code for a pass, a card or
// a fob for a badge, the staff desk or a check of documents for staff.
bool Serves(AlternativeKind way, CredentialKind kind);

}  // namespace facegate::model

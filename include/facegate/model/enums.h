// The closed vocabularies of the domain. Every enum has a stable UPPER_SNAKE word, which is what
// the log, the JSON forms and the protos carry.
#pragma once

#include <optional>
#include <string_view>

namespace facegate::model {

// What a caller may do; from its client certificate.
enum class Role { kCamera, kController, kEnroller, kOperator, kAuditor };

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
enum class ConsentGiver { kSelf, kParent, kGuardian, kAuthorizedRepresentative };

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

// The value of a word, exact spelling. Instantiated for every enum above.
template <class E>
std::optional<E> FromWord(std::string_view word);

// What doors and cameras may learn: unknown, unconsented, withdrawn, expired, refused and
// unenrolled people all answer kConsentMissing. Other reasons pass through.
Reason Coarse(Reason reason);

}  // namespace facegate::model

#include "facegate/model/enums.h"

#include <array>
#include <utility>

namespace facegate::model {
namespace {

// The words of an enum, in the order of its values.
template <class E>
struct Words;

template <>
struct Words<Role> {
  static constexpr auto kTable = std::to_array<std::pair<Role, std::string_view>>({
      {Role::kCamera, "CAMERA"},
      {Role::kController, "CONTROLLER"},
      {Role::kEnroller, "ENROLLER"},
      {Role::kOperator, "OPERATOR"},
      {Role::kAuditor, "AUDITOR"},
  });
};

template <>
struct Words<Operation> {
  static constexpr auto kTable = std::to_array<std::pair<Operation, std::string_view>>({
      {Operation::kEnroll, "ENROLL"},
      {Operation::kVerify1to1, "VERIFY_1TO1"},
      {Operation::kIdentify1toN, "IDENTIFY_1TON"},
      {Operation::kDetectOnly, "DETECT_ONLY"},
  });
};

template <>
struct Words<Verdict> {
  static constexpr auto kTable = std::to_array<std::pair<Verdict, std::string_view>>({
      {Verdict::kAllow, "ALLOW"},
      {Verdict::kUseAlternative, "USE_ALTERNATIVE"},
      {Verdict::kDeny, "DENY"},
  });
};

template <>
struct Words<Reason> {
  static constexpr auto kTable = std::to_array<std::pair<Reason, std::string_view>>({
      {Reason::kMatched, "MATCHED"},
      {Reason::kEnrolled, "ENROLLED"},
      {Reason::kConsentMissing, "CONSENT_MISSING"},
      {Reason::kConsentWithdrawn, "CONSENT_WITHDRAWN"},
      {Reason::kConsentExpired, "CONSENT_EXPIRED"},
      {Reason::kConsentRefused, "CONSENT_REFUSED"},
      {Reason::kNotEnrolled, "NOT_ENROLLED"},
      {Reason::kNoMatch, "NO_MATCH"},
      {Reason::kInconclusive, "INCONCLUSIVE"},
      {Reason::kNoFace, "NO_FACE"},
      {Reason::kMultipleFaces, "MULTIPLE_FACES"},
      {Reason::kPoorQuality, "POOR_QUALITY"},
      {Reason::kImageInvalid, "IMAGE_INVALID"},
      {Reason::kImageTooLarge, "IMAGE_TOO_LARGE"},
      {Reason::kPolicyDenied, "POLICY_DENIED"},
      {Reason::kInputMissing, "INPUT_MISSING"},
      {Reason::kUnknownResource, "UNKNOWN_RESOURCE"},
      {Reason::kConsentMoved, "CONSENT_MOVED"},
      {Reason::kCancelled, "CANCELLED"},
      {Reason::kDeadlineExceeded, "DEADLINE_EXCEEDED"},
      {Reason::kFault, "FAULT"},
      {Reason::kAbandoned, "ABANDONED"},
      {Reason::kLeaseClosed, "LEASE_CLOSED"},
  });
};

template <>
struct Words<VenueKind> {
  static constexpr auto kTable = std::to_array<std::pair<VenueKind, std::string_view>>({
      {VenueKind::kHotel, "HOTEL"},
      {VenueKind::kHotelRoom, "HOTEL_ROOM"},
      {VenueKind::kBank, "BANK"},
      {VenueKind::kStation, "STATION"},
      {VenueKind::kAirport, "AIRPORT"},
      {VenueKind::kStadium, "STADIUM"},
      {VenueKind::kExhibitionHall, "EXHIBITION_HALL"},
      {VenueKind::kMuseum, "MUSEUM"},
      {VenueKind::kArtGallery, "ART_GALLERY"},
      {VenueKind::kLibrary, "LIBRARY"},
      {VenueKind::kSupermarket, "SUPERMARKET"},
      {VenueKind::kRetailStore, "RETAIL_STORE"},
      {VenueKind::kFoodDrink, "FOOD_DRINK"},
      {VenueKind::kEntertainment, "ENTERTAINMENT"},
      {VenueKind::kResidentialCompound, "RESIDENTIAL_COMPOUND"},
      {VenueKind::kOffice, "OFFICE"},
      {VenueKind::kSchool, "SCHOOL"},
      {VenueKind::kHospital, "HOSPITAL"},
      {VenueKind::kStreet, "STREET"},
      {VenueKind::kPublicBathroom, "PUBLIC_BATHROOM"},
      {VenueKind::kChangingRoom, "CHANGING_ROOM"},
      {VenueKind::kToilet, "TOILET"},
      {VenueKind::kVehicle, "VEHICLE"},
      {VenueKind::kHome, "HOME"},
      {VenueKind::kOther, "OTHER"},
  });
};

template <>
struct Words<PurposeCategory> {
  static constexpr auto kTable = std::to_array<std::pair<PurposeCategory, std::string_view>>({
      {PurposeCategory::kAccessControl, "ACCESS_CONTROL"},
      {PurposeCategory::kPayment, "PAYMENT"},
      {PurposeCategory::kBoarding, "BOARDING"},
      {PurposeCategory::kCheckIn, "CHECK_IN"},
      {PurposeCategory::kAttendance, "ATTENDANCE"},
      {PurposeCategory::kInternalManagement, "INTERNAL_MANAGEMENT"},
      {PurposeCategory::kPublicSafety, "PUBLIC_SAFETY"},
      {PurposeCategory::kLawEnforcement, "LAW_ENFORCEMENT"},
      {PurposeCategory::kCustomerService, "CUSTOMER_SERVICE"},
      {PurposeCategory::kMarketing, "MARKETING"},
      {PurposeCategory::kSocialAssistance, "SOCIAL_ASSISTANCE"},
      {PurposeCategory::kRealEstateDisposal, "REAL_ESTATE_DISPOSAL"},
      {PurposeCategory::kExam, "EXAM"},
      {PurposeCategory::kResearchTraining, "RESEARCH_TRAINING"},
      {PurposeCategory::kPersonalDeviceUnlock, "PERSONAL_DEVICE_UNLOCK"},
  });
};

template <>
struct Words<AlternativeKind> {
  static constexpr auto kTable = std::to_array<std::pair<AlternativeKind, std::string_view>>({
      {AlternativeKind::kCard, "CARD"},
      {AlternativeKind::kPin, "PIN"},
      {AlternativeKind::kDocumentCheck, "DOCUMENT_CHECK"},
      {AlternativeKind::kStaffDesk, "STAFF_DESK"},
      {AlternativeKind::kQr, "QR"},
      {AlternativeKind::kKey, "KEY"},
      {AlternativeKind::kFob, "FOB"},
  });
};

template <>
struct Words<CameraUse> {
  static constexpr auto kTable = std::to_array<std::pair<CameraUse, std::string_view>>({
      {CameraUse::kDoor, "DOOR"},
      {CameraUse::kMarkedLane, "MARKED_LANE"},
      {CameraUse::kEnrollmentDesk, "ENROLLMENT_DESK"},
  });
};

template <>
struct Words<ConsentStatus> {
  static constexpr auto kTable = std::to_array<std::pair<ConsentStatus, std::string_view>>({
      {ConsentStatus::kRequested, "REQUESTED"},
      {ConsentStatus::kGranted, "GRANTED"},
      {ConsentStatus::kRefused, "REFUSED"},
      {ConsentStatus::kWithdrawn, "WITHDRAWN"},
      {ConsentStatus::kExpired, "EXPIRED"},
      {ConsentStatus::kSuperseded, "SUPERSEDED"},
  });
};

template <>
struct Words<ConsentForm> {
  static constexpr auto kTable = std::to_array<std::pair<ConsentForm, std::string_view>>({
      {ConsentForm::kImplied, "IMPLIED"},
      {ConsentForm::kBundled, "BUNDLED"},
      {ConsentForm::kGeneral, "GENERAL"},
      {ConsentForm::kSeparate, "SEPARATE"},
      {ConsentForm::kExplicit, "EXPLICIT"},
      {ConsentForm::kWritten, "WRITTEN"},
      {ConsentForm::kESignature, "ESIGNATURE"},
  });
};

template <>
struct Words<ConsentScope> {
  static constexpr auto kTable = std::to_array<std::pair<ConsentScope, std::string_view>>({
      {ConsentScope::kIdentify, "IDENTIFY"},
      {ConsentScope::kVerify, "VERIFY"},
      {ConsentScope::kOriginalImageRetention, "ORIGINAL_IMAGE_RETENTION"},
      {ConsentScope::kInternetTransmission, "INTERNET_TRANSMISSION"},
      {ConsentScope::kDisclosure, "DISCLOSURE"},
      {ConsentScope::kAttributeAnalysis, "ATTRIBUTE_ANALYSIS"},
      {ConsentScope::kSecondaryUse, "SECONDARY_USE"},
      {ConsentScope::kCrossBorder, "CROSS_BORDER"},
  });
};

template <>
struct Words<ConsentGiver> {
  static constexpr auto kTable = std::to_array<std::pair<ConsentGiver, std::string_view>>({
      {ConsentGiver::kSelf, "SELF"},
      {ConsentGiver::kParent, "PARENT"},
      {ConsentGiver::kGuardian, "GUARDIAN"},
      {ConsentGiver::kAuthorizedRepresentative, "AUTHORIZED_REPRESENTATIVE"},
  });
};

template <class E>
std::string_view WordOf(E value) {
  for (const auto& [key, word] : Words<E>::kTable) {
    if (key == value) return word;
  }
  return "UNKNOWN";
}

}  // namespace

template <class E>
std::optional<E> FromWord(std::string_view word) {
  for (const auto& [key, candidate] : Words<E>::kTable) {
    if (candidate == word) return key;
  }
  return std::nullopt;
}

std::string_view Word(Role v) { return WordOf(v); }
std::string_view Word(Operation v) { return WordOf(v); }
std::string_view Word(Verdict v) { return WordOf(v); }
std::string_view Word(Reason v) { return WordOf(v); }
std::string_view Word(VenueKind v) { return WordOf(v); }
std::string_view Word(PurposeCategory v) { return WordOf(v); }
std::string_view Word(AlternativeKind v) { return WordOf(v); }
std::string_view Word(CameraUse v) { return WordOf(v); }
std::string_view Word(ConsentStatus v) { return WordOf(v); }
std::string_view Word(ConsentForm v) { return WordOf(v); }
std::string_view Word(ConsentScope v) { return WordOf(v); }
std::string_view Word(ConsentGiver v) { return WordOf(v); }

template std::optional<Role> FromWord<Role>(std::string_view);
template std::optional<Operation> FromWord<Operation>(std::string_view);
template std::optional<Verdict> FromWord<Verdict>(std::string_view);
template std::optional<Reason> FromWord<Reason>(std::string_view);
template std::optional<VenueKind> FromWord<VenueKind>(std::string_view);
template std::optional<PurposeCategory> FromWord<PurposeCategory>(std::string_view);
template std::optional<AlternativeKind> FromWord<AlternativeKind>(std::string_view);
template std::optional<CameraUse> FromWord<CameraUse>(std::string_view);
template std::optional<ConsentStatus> FromWord<ConsentStatus>(std::string_view);
template std::optional<ConsentForm> FromWord<ConsentForm>(std::string_view);
template std::optional<ConsentScope> FromWord<ConsentScope>(std::string_view);
template std::optional<ConsentGiver> FromWord<ConsentGiver>(std::string_view);

Reason Coarse(Reason reason) {
  switch (reason) {
    case Reason::kConsentMissing:
    case Reason::kConsentWithdrawn:
    case Reason::kConsentExpired:
    case Reason::kConsentRefused:
    case Reason::kNotEnrolled:
    case Reason::kConsentMoved:
      return Reason::kConsentMissing;
    default:
      return reason;
  }
}

}  // namespace facegate::model

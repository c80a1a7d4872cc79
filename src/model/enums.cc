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
      {Role::kViewer, "VIEWER"},
      {Role::kResolver, "RESOLVER"},
      {Role::kSelf, "SELF"},
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
      {Reason::kPassAccepted, "PASS_ACCEPTED"},
      {Reason::kBadgeAccepted, "BADGE_ACCEPTED"},
      {Reason::kStaffOverride, "STAFF_OVERRIDE"},
      {Reason::kKindNotOffered, "KIND_NOT_OFFERED"},
      {Reason::kKindNotWorking, "KIND_NOT_WORKING"},
      {Reason::kPassBadSignature, "PASS_BAD_SIGNATURE"},
      {Reason::kPassOtherSite, "PASS_OTHER_SITE"},
      {Reason::kPassOtherAccessPoint, "PASS_OTHER_ACCESS_POINT"},
      {Reason::kPassNotYetValid, "PASS_NOT_YET_VALID"},
      {Reason::kPassExpired, "PASS_EXPIRED"},
      {Reason::kPassReplayed, "PASS_REPLAYED"},
      {Reason::kBadgeUnknown, "BADGE_UNKNOWN"},
      {Reason::kBadgeExpired, "BADGE_EXPIRED"},
      {Reason::kSubjectRestricted, "SUBJECT_RESTRICTED"},
      {Reason::kIssuedToHolder, "ISSUED_TO_HOLDER"},
      {Reason::kHolderTokenMissing, "HOLDER_TOKEN_MISSING"},
      {Reason::kHolderTokenBad, "HOLDER_TOKEN_BAD"},
      {Reason::kHolderTokenExpired, "HOLDER_TOKEN_EXPIRED"},
      {Reason::kHolderTokenRevoked, "HOLDER_TOKEN_REVOKED"},
      {Reason::kHolderTokenKeyRetired, "HOLDER_TOKEN_KEY_RETIRED"},
      {Reason::kHolderTokenOther, "HOLDER_TOKEN_OTHER"},
  });
};

template <>
struct Words<CredentialKind> {
  static constexpr auto kTable = std::to_array<std::pair<CredentialKind, std::string_view>>({
      {CredentialKind::kFace, "FACE"},
      {CredentialKind::kPass, "PASS"},
      {CredentialKind::kBadge, "BADGE"},
      {CredentialKind::kStaffOverride, "STAFF_OVERRIDE"},
  });
};

template <>
struct Words<OverrideReason> {
  static constexpr auto kTable = std::to_array<std::pair<OverrideReason, std::string_view>>({
      {OverrideReason::kAccessibility, "ACCESSIBILITY"},
      {OverrideReason::kEquipmentFailure, "EQUIPMENT_FAILURE"},
      {OverrideReason::kEmergency, "EMERGENCY"},
      {OverrideReason::kEscortedVisitor, "ESCORTED_VISITOR"},
      {OverrideReason::kOtherListed, "OTHER_LISTED"},
  });
};

template <>
struct Words<VenueKind> {
  static constexpr std::string_view kType = "VENUE_KIND";
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
  static constexpr std::string_view kType = "PURPOSE_CATEGORY";
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
  static constexpr std::string_view kType = "ALTERNATIVE_KIND";
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
  static constexpr std::string_view kType = "CAMERA_USE";
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
struct Words<SubjectRole> {
  static constexpr auto kTable = std::to_array<std::pair<SubjectRole, std::string_view>>({
      {SubjectRole::kEmployee, "EMPLOYEE"},
      {SubjectRole::kCustomer, "CUSTOMER"},
      {SubjectRole::kTenant, "TENANT"},
      {SubjectRole::kVisitor, "VISITOR"},
      {SubjectRole::kStudent, "STUDENT"},
      {SubjectRole::kPassenger, "PASSENGER"},
      {SubjectRole::kPatient, "PATIENT"},
      {SubjectRole::kPublic, "PUBLIC"},
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
template <>
struct Words<ConsentChannel> {
  static constexpr auto kTable = std::to_array<std::pair<ConsentChannel, std::string_view>>({
      {ConsentChannel::kDesk, "DESK"},
      {ConsentChannel::kKiosk, "KIOSK"},
      {ConsentChannel::kWeb, "WEB"},
      {ConsentChannel::kPaper, "PAPER"},
      {ConsentChannel::kPhone, "PHONE"},
  });
};

template <>
struct Words<OrgKind> {
  static constexpr std::string_view kType = "ORG_KIND";
  static constexpr auto kTable = std::to_array<std::pair<OrgKind, std::string_view>>({
      {OrgKind::kPrivate, "PRIVATE"},
      {OrgKind::kPublicBody, "PUBLIC_BODY"},
      {OrgKind::kLawEnforcement, "LAW_ENFORCEMENT"},
      {OrgKind::kFinancialInstitution, "FINANCIAL_INSTITUTION"},
      {OrgKind::kGovernmentContractor, "GOVERNMENT_CONTRACTOR"},
  });
};

template <>
struct Words<AnnexIiiClass> {
  static constexpr std::string_view kType = "ANNEX_III_CLASS";
  static constexpr auto kTable = std::to_array<std::pair<AnnexIiiClass, std::string_view>>({
      {AnnexIiiClass::kNotClassified, "NOT_CLASSIFIED"},
      {AnnexIiiClass::kNotHighRiskVerification, "NOT_HIGH_RISK_VERIFICATION"},
      {AnnexIiiClass::kAnnexIii1aRbi, "ANNEX_III_1A_RBI"},
      {AnnexIiiClass::kAnnexIii1bCategorisation, "ANNEX_III_1B_CATEGORISATION"},
      {AnnexIiiClass::kAnnexIii1cEmotion, "ANNEX_III_1C_EMOTION"},
  });
};

template <>
struct Words<ImageRetention> {
  static constexpr std::string_view kType = "IMAGE_RETENTION";
  static constexpr auto kTable = std::to_array<std::pair<ImageRetention, std::string_view>>({
      {ImageRetention::kNone, "NONE"},
      {ImageRetention::kReduced, "REDUCED"},
      {ImageRetention::kOriginal, "ORIGINAL"},
  });
};

template <>
struct Words<ImageViewReason> {
  static constexpr auto kTable = std::to_array<std::pair<ImageViewReason, std::string_view>>({
      {ImageViewReason::kDisputedMatch, "DISPUTED_MATCH"},
      {ImageViewReason::kIncident, "INCIDENT"},
      {ImageViewReason::kSubjectRequest, "SUBJECT_REQUEST"},
      {ImageViewReason::kLegalOrder, "LEGAL_ORDER"},
  });
};

template <>
struct Words<ImageDeletionCause> {
  static constexpr auto kTable = std::to_array<std::pair<ImageDeletionCause, std::string_view>>({
      {ImageDeletionCause::kRequested, "REQUESTED"},
      {ImageDeletionCause::kExpired, "EXPIRED"},
  });
};

template <>
struct Words<ResolutionReason> {
  static constexpr auto kTable = std::to_array<std::pair<ResolutionReason, std::string_view>>({
      {ResolutionReason::kRightsRequest, "RIGHTS_REQUEST"},
      {ResolutionReason::kIncident, "INCIDENT"},
      {ResolutionReason::kLegalOrder, "LEGAL_ORDER"},
      {ResolutionReason::kComplaint, "COMPLAINT"},
  });
};

template <>
struct Words<TemplateCustody> {
  static constexpr std::string_view kType = "TEMPLATE_CUSTODY";
  static constexpr auto kTable = std::to_array<std::pair<TemplateCustody, std::string_view>>({
      {TemplateCustody::kGateway, "GATEWAY"},
      {TemplateCustody::kHolder, "HOLDER"},
  });
};

template <>
struct Words<DecisionEffect> {
  static constexpr std::string_view kType = "DECISION_EFFECT";
  static constexpr auto kTable = std::to_array<std::pair<DecisionEffect, std::string_view>>({
      {DecisionEffect::kNone, "NONE"},
      {DecisionEffect::kConvenience, "CONVENIENCE"},
      {DecisionEffect::kAccess, "ACCESS"},
      {DecisionEffect::kAdverseLegal, "ADVERSE_LEGAL"},
      {DecisionEffect::kMajorPersonalInterest, "MAJOR_PERSONAL_INTEREST"},
  });
};

template <>
struct Words<NoticeField> {
  static constexpr std::string_view kType = "NOTICE_FIELD";
  static constexpr auto kTable = std::to_array<std::pair<NoticeField, std::string_view>>({
      {NoticeField::kHandlerName, "HANDLER_NAME"},
      {NoticeField::kHandlerContact, "HANDLER_CONTACT"},
      {NoticeField::kPurpose, "PURPOSE"},
      {NoticeField::kMethod, "METHOD"},
      {NoticeField::kDataKind, "DATA_KIND"},
      {NoticeField::kRetention, "RETENTION"},
      {NoticeField::kNecessity, "NECESSITY"},
      {NoticeField::kImpactOnRights, "IMPACT_ON_RIGHTS"},
      {NoticeField::kRightsProcedure, "RIGHTS_PROCEDURE"},
      {NoticeField::kRecipients, "RECIPIENTS"},
      {NoticeField::kLegalBasis, "LEGAL_BASIS"},
      {NoticeField::kDpoContact, "DPO_CONTACT"},
      {NoticeField::kTransfer, "TRANSFER"},
      {NoticeField::kComplaintRoute, "COMPLAINT_ROUTE"},
      {NoticeField::kAutomatedDecision, "AUTOMATED_DECISION"},
      {NoticeField::kTermOfStorage, "TERM_OF_STORAGE"},
  });
};

template <>
struct Words<SignField> {
  static constexpr std::string_view kType = "SIGN_FIELD";
  static constexpr auto kTable = std::to_array<std::pair<SignField, std::string_view>>({
      {SignField::kController, "CONTROLLER"},
      {SignField::kPurpose, "PURPOSE"},
      {SignField::kRights, "RIGHTS"},
      {SignField::kRetentionOrLink, "RETENTION_OR_LINK"},
      {SignField::kContact, "CONTACT"},
  });
};

template <>
struct Words<AssessmentSection> {
  static constexpr std::string_view kType = "ASSESSMENT_SECTION";
  static constexpr auto kTable = std::to_array<std::pair<AssessmentSection, std::string_view>>({
      {AssessmentSection::kLawfulnessEthics, "LAWFULNESS_ETHICS"},
      {AssessmentSection::kPurposeNecessity, "PURPOSE_NECESSITY"},
      {AssessmentSection::kAccuracyDistanceLimits, "ACCURACY_DISTANCE_LIMITS"},
      {AssessmentSection::kSafeguardsProportionate, "SAFEGUARDS_PROPORTIONATE"},
      {AssessmentSection::kLeakRiskAndHarm, "LEAK_RISK_AND_HARM"},
      {AssessmentSection::kRightsImpactAndMitigation, "RIGHTS_IMPACT_AND_MITIGATION"},
  });
};

template <>
struct Words<InvalidatedBy> {
  static constexpr std::string_view kType = "INVALIDATED_BY";
  static constexpr auto kTable = std::to_array<std::pair<InvalidatedBy, std::string_view>>({
      {InvalidatedBy::kNothing, "NOTHING"},
      {InvalidatedBy::kPurposeChange, "PURPOSE_CHANGE"},
      {InvalidatedBy::kMethodChange, "METHOD_CHANGE"},
      {InvalidatedBy::kMajorIncident, "MAJOR_INCIDENT"},
  });
};

template <>
struct Words<FilingStatus> {
  static constexpr std::string_view kType = "FILING_STATUS";
  static constexpr auto kTable = std::to_array<std::pair<FilingStatus, std::string_view>>({
      {FilingStatus::kNone, "NONE"},
      {FilingStatus::kDraft, "DRAFT"},
      {FilingStatus::kSubmitted, "SUBMITTED"},
      {FilingStatus::kAccepted, "ACCEPTED"},
      {FilingStatus::kChanged, "CHANGED"},
      {FilingStatus::kCancelled, "CANCELLED"},
  });
};

template <>
struct Words<FilingDoc> {
  static constexpr std::string_view kType = "FILING_DOC";
  static constexpr auto kTable = std::to_array<std::pair<FilingDoc, std::string_view>>({
      {FilingDoc::kHandlerBasics, "HANDLER_BASICS"},
      {FilingDoc::kPiOfficer, "PI_OFFICER"},
      {FilingDoc::kNecessityStatement, "NECESSITY_STATEMENT"},
      {FilingDoc::kPurposeAndMethod, "PURPOSE_AND_METHOD"},
      {FilingDoc::kStoredCountAndSecurity, "STORED_COUNT_AND_SECURITY"},
      {FilingDoc::kRulesAndProcedures, "RULES_AND_PROCEDURES"},
      {FilingDoc::kPiaReport, "PIA_REPORT"},
      {FilingDoc::kOtherRequired, "OTHER_REQUIRED"},
  });
};

template <>
struct Words<ExemptionKind> {
  static constexpr std::string_view kType = "EXEMPTION_KIND";
  static constexpr auto kTable = std::to_array<std::pair<ExemptionKind, std::string_view>>({
      {ExemptionKind::kLawRequiresFr, "LAW_REQUIRES_FR"},
      {ExemptionKind::kLawWaivesConsent, "LAW_WAIVES_CONSENT"},
      {ExemptionKind::kNationalSecurity, "NATIONAL_SECURITY"},
      {ExemptionKind::kPublicSafety, "PUBLIC_SAFETY"},
      {ExemptionKind::kEmergencyLifeHealthProperty, "EMERGENCY_LIFE_HEALTH_PROPERTY"},
      {ExemptionKind::kPublicHealth, "PUBLIC_HEALTH"},
      {ExemptionKind::kMedicalOrSafety, "MEDICAL_OR_SAFETY"},
      {ExemptionKind::kCrimeVictimOrMissingPersonSearch, "CRIME_VICTIM_OR_MISSING_PERSON_SEARCH"},
      {ExemptionKind::kSeriousCrimeSuspect, "SERIOUS_CRIME_SUSPECT"},
  });
};

template <>
struct Words<ComplaintKind> {
  static constexpr std::string_view kType = "COMPLAINT_KIND";
  static constexpr auto kTable = std::to_array<std::pair<ComplaintKind, std::string_view>>({
      {ComplaintKind::kPressure, "PRESSURE"},
      {ComplaintKind::kNoAlternative, "NO_ALTERNATIVE"},
      {ComplaintKind::kNoConsent, "NO_CONSENT"},
      {ComplaintKind::kWrongMatch, "WRONG_MATCH"},
      {ComplaintKind::kDataHandling, "DATA_HANDLING"},
      {ComplaintKind::kOther, "OTHER"},
  });
};

template <>
struct Words<ComplaintOutcome> {
  static constexpr std::string_view kType = "COMPLAINT_OUTCOME";
  static constexpr auto kTable = std::to_array<std::pair<ComplaintOutcome, std::string_view>>({
      {ComplaintOutcome::kUpheld, "UPHELD"},
      {ComplaintOutcome::kPartlyUpheld, "PARTLY_UPHELD"},
      {ComplaintOutcome::kRejected, "REJECTED"},
      {ComplaintOutcome::kWithdrawn, "WITHDRAWN"},
  });
};

template <>
struct Words<RightsKind> {
  static constexpr std::string_view kType = "RIGHTS_KIND";
  static constexpr auto kTable = std::to_array<std::pair<RightsKind, std::string_view>>({
      {RightsKind::kAccess, "ACCESS"},
      {RightsKind::kCopy, "COPY"},
      {RightsKind::kCorrection, "CORRECTION"},
      {RightsKind::kDeletion, "DELETION"},
      {RightsKind::kWithdrawal, "WITHDRAWAL"},
      {RightsKind::kObjection, "OBJECTION"},
      {RightsKind::kPortability, "PORTABILITY"},
      {RightsKind::kExplanation, "EXPLANATION"},
      {RightsKind::kHumanReview, "HUMAN_REVIEW"},
  });
};

template <>
struct Words<RightsOutcome> {
  static constexpr std::string_view kType = "RIGHTS_OUTCOME";
  static constexpr auto kTable = std::to_array<std::pair<RightsOutcome, std::string_view>>({
      {RightsOutcome::kGranted, "GRANTED"},
      {RightsOutcome::kPartlyGranted, "PARTLY_GRANTED"},
      {RightsOutcome::kRefused, "REFUSED"},
      {RightsOutcome::kWithdrawn, "WITHDRAWN"},
  });
};

template <>
struct Words<IncidentKind> {
  static constexpr std::string_view kType = "INCIDENT_KIND";
  static constexpr auto kTable = std::to_array<std::pair<IncidentKind, std::string_view>>({
      {IncidentKind::kLeak, "LEAK"},
      {IncidentKind::kTampering, "TAMPERING"},
      {IncidentKind::kLoss, "LOSS"},
      {IncidentKind::kMisuse, "MISUSE"},
      {IncidentKind::kOutage, "OUTAGE"},
      {IncidentKind::kOther, "OTHER"},
  });
};

template <>
struct Words<DisclosureBasis> {
  static constexpr std::string_view kType = "DISCLOSURE_BASIS";
  static constexpr auto kTable = std::to_array<std::pair<DisclosureBasis, std::string_view>>({
      {DisclosureBasis::kNone, "NONE"},
      {DisclosureBasis::kConsent, "CONSENT"},
      {DisclosureBasis::kStatute, "STATUTE"},
      {DisclosureBasis::kWarrant, "WARRANT"},
      {DisclosureBasis::kCompletesRequestedTransaction, "COMPLETES_REQUESTED_TRANSACTION"},
      {DisclosureBasis::kProcessorContract, "PROCESSOR_CONTRACT"},
  });
};

template <>
struct Words<ThresholdDecision> {
  static constexpr std::string_view kType = "THRESHOLD_DECISION";
  static constexpr auto kTable = std::to_array<std::pair<ThresholdDecision, std::string_view>>({
      {ThresholdDecision::kKept, "KEPT"},
      {ThresholdDecision::kRaised, "RAISED"},
      {ThresholdDecision::kLowered, "LOWERED"},
      {ThresholdDecision::kSuspended, "SUSPENDED"},
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

template <class E>
std::string_view TypeWord() {
  return Words<E>::kType;
}

template <class E>
std::vector<std::string_view> WordsOf() {
  std::vector<std::string_view> words;
  for (const auto& [key, word] : Words<E>::kTable) words.push_back(word);
  return words;
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
std::string_view Word(ConsentChannel v) { return WordOf(v); }
std::string_view Word(SubjectRole v) { return WordOf(v); }
std::string_view Word(OrgKind v) { return WordOf(v); }
std::string_view Word(AnnexIiiClass v) { return WordOf(v); }
std::string_view Word(DecisionEffect v) { return WordOf(v); }
std::string_view Word(ImageRetention v) { return WordOf(v); }
std::string_view Word(ImageViewReason v) { return WordOf(v); }
std::string_view Word(ImageDeletionCause v) { return WordOf(v); }
std::string_view Word(ResolutionReason v) { return WordOf(v); }
std::string_view Word(TemplateCustody v) { return WordOf(v); }
std::string_view Word(NoticeField v) { return WordOf(v); }
std::string_view Word(SignField v) { return WordOf(v); }
std::string_view Word(AssessmentSection v) { return WordOf(v); }
std::string_view Word(InvalidatedBy v) { return WordOf(v); }
std::string_view Word(FilingStatus v) { return WordOf(v); }
std::string_view Word(FilingDoc v) { return WordOf(v); }
std::string_view Word(ExemptionKind v) { return WordOf(v); }
std::string_view Word(ComplaintKind v) { return WordOf(v); }
std::string_view Word(ComplaintOutcome v) { return WordOf(v); }
std::string_view Word(RightsKind v) { return WordOf(v); }
std::string_view Word(RightsOutcome v) { return WordOf(v); }
std::string_view Word(IncidentKind v) { return WordOf(v); }
std::string_view Word(DisclosureBasis v) { return WordOf(v); }
std::string_view Word(ThresholdDecision v) { return WordOf(v); }
std::string_view Word(CredentialKind v) { return WordOf(v); }
std::string_view Word(OverrideReason v) { return WordOf(v); }

template std::optional<Role> FromWord<Role>(std::string_view);
template std::optional<Operation> FromWord<Operation>(std::string_view);
template std::optional<Verdict> FromWord<Verdict>(std::string_view);
template std::optional<Reason> FromWord<Reason>(std::string_view);
template std::optional<ConsentStatus> FromWord<ConsentStatus>(std::string_view);
template std::optional<ConsentForm> FromWord<ConsentForm>(std::string_view);
template std::optional<ConsentScope> FromWord<ConsentScope>(std::string_view);
template std::optional<ConsentGiver> FromWord<ConsentGiver>(std::string_view);
template std::optional<ConsentChannel> FromWord<ConsentChannel>(std::string_view);
template std::optional<SubjectRole> FromWord<SubjectRole>(std::string_view);
template std::optional<CredentialKind> FromWord<CredentialKind>(std::string_view);
template std::optional<OverrideReason> FromWord<OverrideReason>(std::string_view);
template std::optional<ImageViewReason> FromWord<ImageViewReason>(std::string_view);
template std::optional<ResolutionReason> FromWord<ResolutionReason>(std::string_view);

// Of the enums that are fields of resources.
#define FG_INSTANTIATE(E)                                  \
  template std::optional<E> FromWord<E>(std::string_view); \
  template std::string_view TypeWord<E>();                 \
  template std::vector<std::string_view> WordsOf<E>();
FG_INSTANTIATE(VenueKind)
FG_INSTANTIATE(PurposeCategory)
FG_INSTANTIATE(AlternativeKind)
FG_INSTANTIATE(CameraUse)
FG_INSTANTIATE(OrgKind)
FG_INSTANTIATE(AnnexIiiClass)
FG_INSTANTIATE(DecisionEffect)
FG_INSTANTIATE(ImageRetention)
FG_INSTANTIATE(TemplateCustody)
FG_INSTANTIATE(NoticeField)
FG_INSTANTIATE(SignField)
FG_INSTANTIATE(AssessmentSection)
FG_INSTANTIATE(InvalidatedBy)
FG_INSTANTIATE(FilingStatus)
FG_INSTANTIATE(FilingDoc)
FG_INSTANTIATE(ExemptionKind)
FG_INSTANTIATE(ComplaintKind)
FG_INSTANTIATE(ComplaintOutcome)
FG_INSTANTIATE(RightsKind)
FG_INSTANTIATE(RightsOutcome)
FG_INSTANTIATE(IncidentKind)
FG_INSTANTIATE(DisclosureBasis)
FG_INSTANTIATE(ThresholdDecision)
#undef FG_INSTANTIATE

Reason Coarse(Reason reason) {
  switch (reason) {
    case Reason::kConsentMissing:
    case Reason::kConsentWithdrawn:
    case Reason::kConsentExpired:
    case Reason::kConsentRefused:
    case Reason::kNotEnrolled:
    case Reason::kConsentMoved:
    case Reason::kSubjectRestricted:
    case Reason::kHolderTokenOther:
      return Reason::kConsentMissing;
    default:
      return reason;
  }
}

bool IsOfCredential(Reason reason, CredentialKind kind) {
  switch (reason) {
    case Reason::kPassAccepted:
    case Reason::kPassBadSignature:
    case Reason::kPassOtherSite:
    case Reason::kPassOtherAccessPoint:
    case Reason::kPassNotYetValid:
    case Reason::kPassExpired:
    case Reason::kPassReplayed:
      return kind == CredentialKind::kPass;
    case Reason::kBadgeAccepted:
    case Reason::kBadgeUnknown:
    case Reason::kBadgeExpired:
      return kind == CredentialKind::kBadge;
    case Reason::kStaffOverride:
      return kind == CredentialKind::kStaffOverride;
    case Reason::kFault:
      return kind != CredentialKind::kFace;
    default:
      return false;
  }
}

bool LetsThrough(Reason reason) {
  return reason == Reason::kPassAccepted || reason == Reason::kBadgeAccepted ||
         reason == Reason::kStaffOverride;
}

bool Serves(AlternativeKind way, CredentialKind kind) {
  switch (kind) {
    case CredentialKind::kFace:
      return false;
    case CredentialKind::kPass:
      return way == AlternativeKind::kQr;
    case CredentialKind::kBadge:
      return way == AlternativeKind::kCard || way == AlternativeKind::kFob;
    case CredentialKind::kStaffOverride:
      return way == AlternativeKind::kStaffDesk || way == AlternativeKind::kDocumentCheck;
  }
  return false;
}

}  // namespace facegate::model

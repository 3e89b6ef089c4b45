/** What can be chosen in the release editor: DDEX’s terms beside ours, and the countries of the world. */

export type Choice = readonly [value: string, label: string];

/** Contributors (`ContributorRole`) that releases usually name, by what they did. Others stay as they are. */
export const ROLES: readonly [group: string, roles: readonly Choice[]][] = [
  ["Artists", [["MainArtist", "Primary artist"], ["FeaturedArtist", "Featured artist"]]],
  ["Writing", [
    ["ComposerLyricist", "Composer and lyricist"], ["Composer", "Composer"], ["Lyricist", "Lyricist"], ["Arranger", "Arranger"], ["Translator", "Translator"],
    ["MusicPublisher", "Music publisher"],
  ]],
  ["Performance", [
    ["LeadVocalist", "Lead vocals"], ["BackgroundVocalist", "Background vocals"], ["Musician", "Musician"], ["Soloist", "Soloist"], ["Conductor", "Conductor"],
    ["Orchestra", "Orchestra"], ["Choir", "Choir"], ["Ensemble", "Ensemble"], ["DJ", "DJ"], ["Narrator", "Narrator"],
  ]],
  ["Production", [
    ["StudioProducer", "Producer"], ["CoProducer", "Co-producer"], ["ExecutiveProducer", "Executive producer"], ["VocalProducer", "Vocal producer"],
    ["Programr", "Programming"], ["Remixer", "Remixer"], ["RecordingEngineer", "Recording engineer"], ["MixingEngineer", "Mixing engineer"],
    ["MasteringEngineer", "Mastering engineer"], ["SoundDesigner", "Sound designer"],
  ]],
  ["Artwork", [["CoverDesigner", "Cover designer"], ["Photographer", "Photographer"], ["Illustrator", "Illustrator"]]],
];

const TITLES = new Map(ROLES.flatMap(([, roles]) => roles));

/** "StudioProducer" → "Producer"; a role that isn't offered, in words: "Steel guitarist". */
export const roleTitle = (role: string): string =>
  TITLES.get(role) ?? role.replace(/(?<=[a-z])(?=[A-Z])/g, " ").replace(/^(.)(.*)$/, (_, first: string, rest: string) => first + rest.toLowerCase());

/** `CommercialModelType`: how people pay. */
export const MODELS: readonly Choice[] = [
  ["SubscriptionModel", "Subscription"], ["AdvertisementSupportedModel", "Ad-supported"], ["PayAsYouGoModel", "Download"],
  ["FreeOfChargeModel", "Free"], ["RightsClaimModel", "Content ID"],
];

/** `UseType`: what they may do. */
export const USES: readonly Choice[] = [
  ["OnDemandStream", "On-demand streaming"], ["NonInteractiveStream", "Radio-style streaming"], ["PermanentDownload", "Permanent download"],
  ["ConditionalDownload", "Offline listening while subscribed"], ["UserMakeAvailableUserProvided", "In users’ own videos"], ["Simulcast", "Simulcast"],
];

export const WORLDWIDE = "Worldwide";

/** ISO 3166-1, as DDEX takes them. */
export const COUNTRIES: readonly string[] = (
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ " +
  "DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM " +
  "JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP " +
  "NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO " +
  "TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK"
).split(" ");

const regions = new Intl.DisplayNames(undefined, { type: "region", fallback: "code" });

/** "DE" → "Germany"; what is no country stays as it is written. */
export const country = (code: string): string => (/^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code);

/** What somebody typed, as a country's code: its name or its code. */
export function countryCode(typed: string): string | undefined {
  const wanted = typed.trim().toLowerCase();
  return COUNTRIES.find((code) => code.toLowerCase() === wanted || country(code).toLowerCase() === wanted);
}

/** What is offered, and whatever is set already, in its own words. */
export const withSet = (offered: readonly Choice[], set: readonly string[]): Choice[] => [
  ...offered,
  ...set.filter((value) => !offered.some(([known]) => known === value)).map((value): Choice => [value, value]),
];

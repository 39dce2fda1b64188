"""What the law said, typed by hand from the norms and the tables of thresholds, apart from the file that the code reads.

A case: parameter, day of the call, object, method, value, unit, confidence. `_` stands for any object or method.
"""

from datetime import date

UIT = {
    2012: 3650, 2013: 3700, 2014: 3800, 2015: 3850, 2016: 3950, 2017: 4050, 2018: 4150, 2019: 4200,
    2020: 4300, 2021: 4400, 2022: 4600, 2023: 4950, 2024: 5150, 2025: 5350, 2026: 5500,
}  # fmt: skip

EIGHT_UIT = {
    2016: 31_600, 2017: 32_400, 2018: 33_200, 2019: 33_600, 2020: 34_400, 2021: 35_200,
    2022: 36_800, 2023: 39_600, 2024: 41_200, 2025: 42_800, 2026: 44_000,
}  # fmt: skip
"""As printed in the yearly tables of thresholds."""

FIFTEEN_UIT = {
    2016: 59_250, 2017: 60_750, 2018: 62_250, 2019: 63_000, 2020: 64_500, 2021: 66_000,
    2022: 69_000, 2023: 74_250, 2024: 77_250, 2025: 80_250,
}  # fmt: skip
"""As printed in the yearly tables of thresholds."""

# year: goods, services and consultancy; works; confidence
THRESHOLDS = {
    2015: (400_000, 1_800_000, "C"),
    2016: (400_000, 1_800_000, "C"),
    2017: (400_000, 1_800_000, "C"),
    2018: (400_000, 1_800_000, "B"),
    2019: (400_000, 1_800_000, "B"),
    2020: (400_000, 1_800_000, "B"),
    2021: (400_000, 1_800_000, "B"),
    2022: (400_000, 2_800_000, "B"),
    2023: (480_000, 2_800_000, "B"),
    2024: (480_000, 2_800_000, "B"),
    2025: (485_000, 5_000_000, "B"),
    2026: (485_000, 5_000_000, "B"),
}

_TEXT = """
minor_purchase_max           2015-06-01 _ _            3      uit   C
minor_purchase_max           2017-06-01 _ _            8      uit   B
minor_purchase_max           2022-06-01 _ _            8      uit   A
minor_purchase_max           2026-06-01 _ _            8      uit   A
minor_purchase_max_emergency 2022-09-01 _ _            9      uit   C
adp_min                      2015-06-01 services _     200000 soles C
lp_prequalification_threshold 2026-06-01 works _       79000000 soles C
supervision_mandatory_min    2019-06-01 works _        4300000 soles C
cprec_max                    2016-06-01 _ _            10     uit   C
cprec_max                    2018-06-01 _ _            15     uit   C
cprec_max                    2019-06-01 _ _            15     uit   B
cprec_max                    2022-06-01 _ _            15     uit   A
cprec_max                    2025-06-01 _ _            100000 soles B
cprec_max                    2026-06-01 _ _            100000 soles B
cprec_min_quotes             2022-06-01 _ CPRE         3      count A
cprec_min_invitations        2026-06-01 _ CPRE         3      count A
cprec_min_valid_bids         2026-06-01 _ CPRE         2      count A
sie_min_valid_bids           2022-06-01 _ SIE          2      count A
sie_min_valid_bids           2026-06-01 _ SIE          2      count A
bid_days_min                 2015-06-01 _ LP           22     business_days C
bid_days_min                 2015-06-01 _ CP           22     business_days C
bid_days_min                 2017-06-01 _ LP           22     business_days C
bid_days_min                 2017-06-01 _ CP           22     business_days C
bid_days_min                 2022-06-01 _ LP           22     business_days A
bid_days_min                 2022-06-01 _ CP           22     business_days B
bid_days_min                 2023-06-01 _ CP           22     business_days A
bid_days_min                 2022-06-01 goods AS       5      business_days B
bid_days_min                 2022-06-01 works AS       6      business_days B
bid_days_min                 2023-06-01 services AS    5      business_days A
bid_days_min                 2023-06-01 consultancy AS 5      business_days A
bid_days_min                 2023-06-01 works AS       6      business_days A
bid_days_min                 2022-06-01 _ SCI          5      business_days A
bid_days_min                 2022-06-01 _ SIE          5      business_days C
bid_days_min                 2026-06-01 _ LP           22     business_days A
bid_days_min                 2026-06-01 _ CP           22     business_days A
bid_days_min                 2026-06-01 works LPA      6      business_days A
bid_days_min                 2026-06-01 services CPA   6      business_days A
bid_days_min                 2026-06-01 _ SIE          6      business_days A
bid_days_min                 2026-06-01 _ CPRE         3      business_days A
bid_days_min_after_notice    2026-06-01 _ LP           10     calendar_days A
integration_days_min         2022-06-01 _ LP           7      business_days A
integration_days_min         2022-06-01 _ CP           7      business_days B
integration_days_min         2023-06-01 _ CP           7      business_days A
integration_days_min         2022-06-01 _ AS           3      business_days B
integration_days_min         2023-06-01 _ AS           3      business_days A
integration_days_min         2026-06-01 _ LP           7      business_days A
integration_days_min         2026-06-01 _ CP           7      business_days A
integration_days_min         2026-06-01 _ LPA          3      business_days A
enquiry_days_min             2022-06-01 _ LP           10     business_days A
enquiry_days_min             2022-06-01 goods AS       2      business_days B
enquiry_days_min             2022-06-01 works AS       3      business_days B
enquiry_days_min             2023-06-01 services AS    2      business_days A
enquiry_days_min             2023-06-01 works AS       3      business_days A
enquiry_days_min             2026-06-01 _ CP           7      business_days A
enquiry_days_min             2026-06-01 _ CPA          3      business_days A
consent_days                 2017-06-01 _ LP           8      business_days C
consent_days                 2017-06-01 _ AS           5      business_days C
consent_days                 2022-06-01 _ CP           8      business_days A
consent_days                 2022-06-01 _ AS           5      business_days A
consent_days                 2022-06-01 _ CPRE         5      business_days A
consent_days                 2022-06-01 _ SIE          5      business_days A
consent_days_large           2022-06-01 _ SIE          8      business_days A
consent_days                 2026-06-01 _ LP           8      business_days A
consent_days                 2026-06-01 _ LPA          5      business_days A
consent_days                 2026-06-01 _ SIE          5      business_days A
consent_days_large           2026-06-01 _ SIE          8      business_days A
consent_days_single          2022-06-01 _ LP           0      business_days A
consent_days_single          2026-06-01 _ CPA          0      business_days A
appeal_days                  2022-06-01 _ LP           8      business_days A
appeal_days                  2022-06-01 _ SCI          5      business_days A
appeal_days                  2022-06-01 _ SIE          5      business_days A
appeal_days                  2026-06-01 _ CP           8      business_days A
appeal_days                  2026-06-01 _ CPRE         5      business_days A
appeal_days                  2026-06-01 _ SIE          5      business_days A
sign_documents_days          2022-06-01 _ AS           8      business_days B
sign_documents_days          2023-06-01 _ AS           8      business_days A
sign_documents_days          2026-06-01 _ LP           8      business_days A
sign_documents_days_no_guarantee 2026-06-01 _ LP       5      business_days A
sign_entity_days             2022-06-01 _ AS           2      business_days B
sign_entity_days             2023-06-01 _ AS           2      business_days A
sign_entity_days             2026-06-01 _ LP           3      business_days A
sign_correction_days         2022-06-01 _ AS           4      business_days B
sign_correction_days         2023-06-01 _ AS           4      business_days A
sign_correction_days         2026-06-01 _ LP           4      business_days A
sign_guarantee_extra_days    2026-06-01 _ LP           4      business_days A
sign_after_correction_days   2022-06-01 _ AS           2      business_days B
sign_after_correction_days   2023-06-01 _ AS           2      business_days A
sign_after_correction_days   2026-06-01 _ LP           3      business_days A
sign_total_days              2022-06-01 _ SIE          16     business_days B
sign_total_days              2023-06-01 _ LP           16     business_days A
sign_total_days              2026-06-01 _ LPA          18     business_days A
additional_max               2017-06-01 goods _        0.25   ratio C
additional_max               2017-06-01 works _        0.50   ratio C
additional_max               2022-06-01 consultancy _  0.25   ratio A
additional_max               2022-06-01 works _        0.50   ratio A
additional_max               2026-06-01 services _     0.25   ratio A
additional_max               2026-06-01 works _        0.50   ratio A
additional_without_cgr_max   2022-06-01 works _        0.15   ratio A
additional_without_cgr_max   2026-06-01 works _        0.30   ratio A
additional_authority_max     2026-06-01 works _        0.15   ratio A
supervision_variation_max    2022-06-01 consultancy _  0.15   ratio A
reduction_max                2022-06-01 _ _            0.25   ratio A
reduction_max                2026-06-01 _ _            0.25   ratio A
complementary_max            2020-06-30 goods _        0.30   ratio C
complementary_max            2020-07-01 goods _        0.30   ratio A
complementary_months         2020-06-30 services _     3      months C
complementary_months         2020-07-01 services _     3      months A
guarantee                    2022-06-01 _ _            0.10   ratio A
guarantee                    2026-06-01 _ _            0.10   ratio A
guarantee_accessory          2021-07-11 _ _            0.10   ratio C
guarantee_accessory          2022-06-01 _ _            0.10   ratio A
guarantee_accessory          2026-06-01 _ _            0.10   ratio A
guarantee_exempt_max         2020-06-01 goods _        100000 soles C
guarantee_exempt_max         2022-06-01 goods _        200000 soles A
guarantee_exempt_max         2026-06-01 services _     50     uit   A
guarantee_retention_max      2026-06-01 goods _        480000 soles A
guarantee_retention_max      2026-06-01 works _        5000000 soles A
advance_direct_max           2022-06-01 goods _        0.30   ratio A
advance_direct_max           2022-06-01 works _        0.10   ratio C
advance_direct_max           2022-10-28 works _        0.10   ratio A
advance_materials_max        2022-06-01 works _        0.20   ratio C
advance_materials_max        2022-10-28 works _        0.20   ratio A
penalty_late_max             2022-06-01 _ _            0.10   ratio A
penalty_other_max            2022-06-01 _ _            0.10   ratio A
penalty_total_max            2022-06-01 _ _            0.20   ratio A
penalty_total_max            2026-06-01 _ _            0.10   ratio A
penalty_f_to_60_days         2022-06-01 _ _            0.40   factor A
penalty_f_61_to_120_days     2022-06-01 goods _        0.25   factor A
penalty_f_61_to_120_days     2022-06-01 works _        0.15   factor A
penalty_f_over_120_days      2022-06-01 consultancy _  0.25   factor A
penalty_f_over_120_days      2022-06-01 works _        0.15   factor A
penalty_f_to_60_days         2026-06-01 goods _        0.40   factor A
penalty_f_to_60_days         2026-06-01 works _        0.40   factor A
penalty_f_to_60_days         2026-06-01 consultancy _  0.40   factor A
penalty_f_61_to_120_days     2026-06-01 services _     0.40   factor A
penalty_f_61_to_120_days     2026-06-01 works _        0.25   factor A
penalty_f_61_to_120_days     2026-06-01 consultancy _  0.25   factor A
penalty_f_over_120_days      2026-06-01 goods _        0.40   factor A
penalty_f_over_120_days      2026-06-01 works _        0.15   factor A
penalty_f_over_120_days      2026-06-01 consultancy _  0.25   factor A
extension_request_days       2022-06-01 _ _            7      business_days A
extension_answer_days        2022-06-01 _ _            10     business_days C
extension_answer_days        2022-10-28 _ _            10     business_days A
subcontract_max              2022-06-01 _ _            0.40   ratio A
subcontract_max              2026-06-01 works _        0.40   ratio A
emergency_regularise_days    2022-06-01 _ CD           10     business_days C
emergency_regularise_days    2023-06-01 _ CD           20     business_days A
direct_award_publish_days    2022-06-01 _ CD           10     business_days A
price_floor                  2018-06-01 works _        0.90   ratio B
price_ceiling                2018-06-01 works _        1.10   ratio B
price_floor                  2022-06-01 works _        0.90   ratio A
price_floor                  2022-06-01 consultancy _  0.90   ratio A
price_ceiling                2022-06-01 works _        1.10   ratio A
price_floor                  2026-06-01 works _        0.95   ratio A
price_ceiling                2026-06-01 works _        1.10   ratio A
price_fixed                  2026-06-01 works _        1.00   ratio A
price_floor                  2026-06-01 consultancy _  0.90   ratio A
oscebid_bid_days_min         2021-06-01 _ LP           22     business_days B
oscebid_bid_days_min         2021-06-01 _ SCI          5      business_days B
oscebid_bid_days_min         2021-06-01 _ AS           3      business_days B
oscebid_consent_days         2021-06-01 _ CP           9      business_days B
oscebid_consent_days         2021-06-01 _ AS           6      business_days B
oscebid_sign_total_days      2021-06-01 _ _            16     business_days B
oscebid_price_proximity      2021-06-01 goods _        0.05   ratio B
oscebid_win_ratio            2021-06-01 _ _            0.90   ratio B
oscebid_additional_low       2021-06-01 goods _        0.23   ratio B
oscebid_additional_high      2021-06-01 goods _        0.25   ratio B
oscebid_additional_low       2021-06-01 works _        0.47   ratio B
oscebid_additional_high      2021-06-01 works _        0.50   ratio B
oscebid_complementary_max    2021-06-01 goods _        0.25   ratio B
oscebid_contract_over_reference 2021-06-01 goods _     1.30   ratio B
oscebid_direct_market_share_max 2021-06-01 _ _         0.90   ratio B
oscebid_deviations           2021-06-01 _ _            2      count B
"""


def _case(line):
    parameter, day, obj, method, value, unit, confidence = line.split()
    blank = {"_": ""}
    return (
        parameter,
        date.fromisoformat(day),
        blank.get(obj, obj),
        blank.get(method, method),
        float(value),
        unit,
        confidence,
    )


CASES = [
    ("direct_award_publish_days", date(2025, 6, 2), "goods", "CD", 10.0, "business_days", "A"),
    ("consent_days", date(2014, 6, 2), "goods", "LP", 8.0, "business_days", "C"),
    ("consent_days", date(2014, 6, 2), "goods", "ADS", 5.0, "business_days", "C"),
    ("additional_max", date(2014, 6, 2), "goods", "LP", 0.25, "ratio", "C"),
    ("guarantee", date(2014, 6, 2), "goods", "LP", 0.1, "ratio", "C"),
    ("penalty_late_max", date(2014, 6, 2), "goods", "LP", 0.1, "ratio", "C"),
    ("guarantee", date(2017, 6, 2), "goods", "LP", 0.1, "ratio", "C"),
    ("penalty_late_max", date(2017, 6, 2), "goods", "LP", 0.1, "ratio", "C"),
    *(_case(line) for line in _TEXT.strip().splitlines()),
    *(("uit", date(y, 7, 1), "", "", float(v), "soles", "B") for y, v in UIT.items()),
    *(("lp_cp_threshold", date(y, 7, 1), "goods", "", float(g), "soles", c) for y, (g, _, c) in THRESHOLDS.items()),
    *(
        ("lp_cp_threshold", date(y, 7, 1), "consultancy", "", float(g), "soles", c)
        for y, (g, _, c) in THRESHOLDS.items()
    ),
    *(("lp_cp_threshold", date(y, 7, 1), "works", "", float(w), "soles", c) for y, (_, w, c) in THRESHOLDS.items()),
]

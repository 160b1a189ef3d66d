"""Voter files of states and vendors: found by themselves, to canonical rows, codes and days."""

from functools import partial
from pathlib import Path

import pytest

from tests.reading.inputs import account, load, rows
from tests.reading.shapes import COCO, OH, OK, TS, VAN, VOTER, bare, chosen, day, fixed, named
from turnout import resources
from turnout.reading import layouts
from turnout.workspace import Workspace

NC = (
    "county_id,county_desc,voter_reg_num,ncid,last_name,first_name,middle_name,name_suffix_lbl,status_cd,zip_code,"
    "confidential_ind,registr_dt,race_code,ethnic_code,party_cd,gender_code,birth_year,age_at_year_end,birth_state,"
    "precinct_abbrv"
)
NC_OLD = (
    "county_id,county_desc,voter_reg_num,status_cd,last_name,first_name,midl_name,name_sufx_cd,zip_code,race_code,"
    "ethnic_code,party_cd,gender_code,birth_age,birth_place,registr_dt,precinct_abbrv,Confidential_ind,birth_year,ncid"
)
NC_LINES = (
    "ncid=AA1;last_name=DIAZ;status_cd=A;county_desc=WAKE;precinct_abbrv=01-06;zip_code=27601;registr_dt=03/04/1998"
    ";race_code=W;ethnic_code=HL;party_cd=UNA;birth_year=1970",
    "ncid=AA2;last_name=KIM;status_cd=I;county_desc=WAKE;precinct_abbrv=01-07;registr_dt=##/##/####;race_code=A"
    ";ethnic_code=NL;party_cd=DEM",
    "ncid=AA3;last_name=GONE;status_cd=R;county_desc=WAKE;precinct_abbrv=01-07;race_code=U;ethnic_code=UN",
)
NC_VOTERS = [
    ("AA1", "DIAZ", 1970, "UNA", day("1998-03-04"), "WAKE", "01-06", "27601", "active", "HL"),
    ("AA2", "KIM", None, "DEM", None, "WAKE", "01-07", None, "inactive", "A"),
]
GA_NEW = (
    "County,Voter Registration Number,Status,Status Reason,Last Name,First Name,Birth Year,Registration Date,Race,"
    "Gender,Land District,County Precinct,Residence Zipcode"
)
GA_INTERIM = GA_NEW.replace("Registration Number", "Registration").replace("Residence Zipcode", "Zip Code")
WA = "StateVoterID,FName,LName,Birthyear,RegStName,RegZipCode,CountyCode,PrecinctCode,Registrationdate,StatusCode"
CO = (
    "VOTER_ID,COUNTY,LAST_NAME,FIRST_NAME,RESIDENTIAL_ADDRESS,RESIDENTIAL_ZIP_CODE,REGISTRATION_DATE,STATUS,BIRTH_YEAR,"
    "GENDER,PRECINCT,SPLIT,VOTER_STATUS_ID,PARTY,SPL_ID,PERMANENT_MAIL_IN_VOTER"
)
CA = (
    "CountyCode,RegistrantID,LastName,FirstName,Zip,Language,DOB,PartyCode,Status,RegistrationDate,Precinct,"
    "PlaceOfBirth,VbmVoterType,PrecinctId"
)
DFM = (
    "lVoterUniqueID,szNameLast,szNameFirst,sSitusZip,dtBirthDate,sBirthPlace,dtRegDate,sStatusCode,szLanguageName,"
    "szPartyName,szAVStatusAbbr,sPrecinctID"
)
TX = "county_code,precinct,vuid,last_name,first_name,dob,cd_status,dt_effective_registration,hispanic_surname"
TX_FIXED = (
    "VUID=1234567890;Last_Name=GARZA;Precinct=12;County_Code=227;Date_of_Birth=19700131;Status_Code=V"
    ";Hispanic_Surname_Flag=Y;Permanent_Zipcode=787010000;Effective_Date_of_Registration=20000102"
)
TX_VOTER = [
    ("1234567890", "GARZA", 1970, None, day("2000-01-02"), "Travis", "12", "78701", "active", "Hispanic"),
]
NY_LINES = (
    "SBOEID=NY1;LASTNAME=ROSSI;DOB=19700131;ENROLLMENT=DEM;COUNTYCODE=24;ED=7;AD=43;RZIP5=11201;REGDATE=20000102"
    ";STATUS=A",
    "SBOEID=NY2;LASTNAME=GONE;COUNTYCODE=24;ED=7;AD=43;STATUS=P",
)
NY_VOTER = [("NY1", "ROSSI", 1970, "DEM", day("2000-01-02"), "Kings", "7/43", "11201", "active", None)]
NJ = "displayId,leg_id,party,status,last,first,dob_year,zip,county,municipality,ward,district,reg_date"
MI = (
    "LAST_NAME,FIRST_NAME,YEAR_OF_BIRTH,REGISTRATION_DATE,ZIP_CODE,VOTER_IDENTIFICATION_NUMBER,COUNTY_NAME,"
    "JURISDICTION_CODE,PRECINCT,WARD,IS_PERMANENT_ABSENTEE_VOTER,VOTER_STATUS_TYPE_CODE"
)
DE = "COUNTY,UNIQUE-ID,LAST-NAME,FIRST-NAME,YEAR-OF-BIRTH,DATE-REG,ED,RD,HOME-ZIPCODE,STATUS,PARTY"
L2 = (
    "LALVOTERID,Voters_Active,Voters_FirstName,Voters_LastName,Residence_Addresses_Zip,Voters_BirthDate,"
    "Parties_Description,Ethnic_Description,EthnicGroups_EthnicGroup1Desc,Voters_OfficialRegDate,Precinct,County"
)

VOTER_FILES: list[tuple[str, str, list[tuple[object, ...]]]] = [
    ("nc-voters", named(NC, *NC_LINES, sep="\t"), NC_VOTERS),
    ("nc-voters", named(NC_OLD, *NC_LINES, sep="\t"), NC_VOTERS),
    (
        "fl-voters",
        bare(
            "fl-voters",
            'County Code=DAD;Voter ID=0101;Name Last=O"BRIEN;Birth Date=01/31/1970;Party Affiliation=NPA;Race=4'
            ";Registration Date=01/02/2000;Precinct=007;Voter Status=ACT;Residence Zipcode=33101"
            ";Requested public records exemption=N",
            "County Code=DAD;Voter ID=0102;Name Last=*****;Birth Date=*;Precinct=007;Voter Status=INA;Race=9"
            ";Requested public records exemption=Y",
            sep="\t",
        ),
        [
            ("0101", 'O"BRIEN', 1970, "NPA", day("2000-01-02"), "Miami-Dade", "007", "33101", "active", "Hispanic"),
            ("0102", None, None, None, None, "Miami-Dade", "007", None, "inactive", None),
        ],
    ),
    *(
        (
            "ga-voters",
            named(
                header,
                f"County=FULTON;{number}=12345;Status=Active;Last Name=LEE;Birth Year=1970;Race=WH"
                f";County Precinct=01A;Registration Date=01/02/2000;{zip_code}=30301",
            ),
            [
                (
                    "00012345",
                    "LEE",
                    1970,
                    None,
                    day("2000-01-02"),
                    "FULTON",
                    "01A",
                    "30301",
                    "active",
                    "White not Hispanic",
                )
            ],
        )
        for header, number, zip_code in (
            (GA_NEW, "Voter Registration Number", "Residence Zipcode"),
            (GA_INTERIM, "Voter Registration", "Zip Code"),
        )
    ),
    *(
        (
            "ga-voters-2013",
            make(
                "County_code=60;Registration_Number=01234567;Voter_status=I;Last_name=LEE;Year_of_Birth=1970;Race=AP"
                ";Registration_date=20000102;County_precinct_id=01A;Residence_zipcode=30301"
            ),
            [
                (
                    "01234567",
                    "LEE",
                    1970,
                    None,
                    day("2000-01-02"),
                    "Fulton",
                    "01A",
                    "30301",
                    "inactive",
                    "Asian or Pacific Islander",
                )
            ],
        )
        for make in (
            partial(bare, "ga-voters-2013", sep="|"),
            partial(
                named,
                ",".join(layouts.read(resources.find("configs", "layouts/ga-voters-2013.toml")).header),
                sep="|",
            ),
        )
    ),
    (
        "oh-voters",
        named(
            OH,
            "SOS_VOTERID=OH0001;COUNTY_NUMBER=18;LAST_NAME=NOVAK;DATE_OF_BIRTH=1970-01-31;REGISTRATION_DATE=2000-01-02"
            ";VOTER_STATUS=CONFIRMATION;PARTY_AFFILIATION=D;RESIDENTIAL_ZIP=44101;PRECINCT_NAME=CLEVELAND-01-A",
        ),
        [("OH0001", "NOVAK", 1970, "D", day("2000-01-02"), "Cuyahoga", "CLEVELAND-01-A", "44101", "inactive", None)],
    ),
    *(
        (
            "wa-voters",
            text,
            [("1234567", "LARSEN", 1970, None, day("2000-01-02"), "King", "0123", "98101", "active", None)],
        )
        for text in (
            named(
                WA,
                "StateVoterID=1234567;LName=LARSEN;Birthyear=1970;CountyCode=KI;PrecinctCode=0123;RegZipCode=98101"
                ";Registrationdate=01/02/2000;StatusCode=PDETH",
                "StateVoterID=1234568;LName=GONE;CountyCode=KI;PrecinctCode=0123;StatusCode=CS",
                sep="|",
            ),
            named(
                WA.replace("Birthyear", "Birthdate"),
                "StateVoterID=1234567;LName=LARSEN;Birthdate=01/31/1970;CountyCode=KI;PrecinctCode=0123;StatusCode=A"
                ";RegZipCode=98101;Registrationdate=01/02/2000",
                sep="\t",
            ),
            "\N{ZERO WIDTH NO-BREAK SPACE}"
            + bare(
                "wa-voters",
                "StateVoterID=1234567;LName=LARSEN;Birthyear=1970;CountyCode=KI;PrecinctCode=0123;RegZipCode=98101"
                ";Registrationdate=01/02/2000;StatusCode=Active",
                sep="|",
            ),
        )
    ),
    (
        "co-voters",
        named(
            CO,
            "VOTER_ID=99;COUNTY=Denver;LAST_NAME=Ortiz;RESIDENTIAL_ZIP_CODE=80201;REGISTRATION_DATE=01/02/2000"
            ";STATUS=Active;BIRTH_YEAR=1970;PRECINCT=1234516001;PARTY=UAF;PERMANENT_MAIL_IN_VOTER=YES",
        ),
        [("99", "Ortiz", 1970, "UAF", day("2000-01-02"), "Denver", "1234516001", "80201", "active", None)],
    ),
    (
        "ca-voters",
        named(
            CA,
            "CountyCode=19;RegistrantID=77;LastName=Kim;Zip=90005-1234;Language=kor;DOB=1970-01-31;PartyCode=NPP"
            ";Status=A;RegistrationDate=2000-01-02;PrecinctId=123;Precinct=9000123A;PlaceOfBirth=KOREA;VbmVoterType=?",
            sep="\t",
        ),
        [("77", "Kim", 1970, "NPP", day("2000-01-02"), "Los Angeles", "123", "90005", "active", None)],
    ),
    (
        "ca-dfm-voters",
        named(
            DFM,
            "lVoterUniqueID=5;szNameLast=Tran;sSitusZip=927011234;dtBirthDate=01/31/1970;dtRegDate=01/02/2000"
            ";sStatusCode=A;szPartyName=Republican;szAVStatusAbbr=Perm VBM;sPrecinctID=00123",
            sep="\t",
        ),
        [("5", "Tran", 1970, "Republican", day("2000-01-02"), "", "00123", "92701", "A", None)],
    ),
    (
        "ca-contra-costa-voters",
        named(
            COCO,
            "VoterID=8;LastName=Chan;BirthDate=01/31/1970;PartyAbbr=DEM;PrecinctID=123",
            sep="\t",
        ),
        [("8", "Chan", 1970, "DEM", None, "Contra Costa", "123", None, None, None)],
    ),
    (
        "pa-voters",
        bare(
            "pa-voters",
            "voter_id=009-1;last_name=STOLTZ;dob=01/31/1970;registration_date=01/02/2000;status=A;party=R;county=BERKS"
            ";precinct_code=1010;zip=19601",
            sep="\t",
        ),
        [("009-1", "STOLTZ", 1970, "R", day("2000-01-02"), "BERKS", "1010", "19601", "active", None)],
    ),
    (
        "tx-voters",
        named(
            TX,
            "vuid=1234567890;last_name=GARZA;precinct=12;county_code=227;dob=1970-01-31;cd_status=V;hispanic_surname=Y"
            ";dt_effective_registration=2000-01-02",
        ),
        [tuple(None if value == "78701" else value for value in TX_VOTER[0])],
    ),
    ("tx-voters-685", fixed("tx-voters-685", TX_FIXED), TX_VOTER),
    ("tx-voters-679", fixed("tx-voters-679", TX_FIXED), TX_VOTER),
    ("ny-voters", bare("ny-voters", *NY_LINES, sep=","), NY_VOTER),
    ("ny-voters-2021", bare("ny-voters-2021", *NY_LINES, sep=","), NY_VOTER),
    (
        "nj-voters",
        named(
            NJ,
            "displayId=A1;leg_id=1;party=Unaffiliated;status=Active;last=RUSSO;dob_year=1970;zip=7001;county=Union"
            ";municipality=Linden;ward=2;district=3;reg_date=2000-01-02",
        ),
        [("A1", "RUSSO", 1970, "UNA", day("2000-01-02"), "Union", "Linden 2 3", "07001", "active", None)],
    ),
    (
        "nj-voters-2017",
        bare(
            "nj-voters-2017",
            "COUNTY=UNION;VOTER ID=172;LAST NAME=Russo;MUNICIPALITY=Linden;ZIP=07036;DOB=01/31/1970;PARTY CODE=UNA"
            ";WARD=02;DISTRICT=03;STATUS=A",
            sep="|",
        ),
        [("172", "Russo", 1970, "UNA", None, "UNION", "Linden 02 03", "07036", "A", None)],
    ),
    (
        "mi-voters",
        named(
            MI,
            "LAST_NAME=NAGY;YEAR_OF_BIRTH=1970;REGISTRATION_DATE=01/02/2000;ZIP_CODE=48101;COUNTY_NAME=WAYNE"
            ";VOTER_IDENTIFICATION_NUMBER=5506;JURISDICTION_CODE=22000;WARD=01;PRECINCT=003"
            ";IS_PERMANENT_ABSENTEE_VOTER=Y;VOTER_STATUS_TYPE_CODE=V",
            "LAST_NAME=GONE;VOTER_IDENTIFICATION_NUMBER=5507;JURISDICTION_CODE=22000;VOTER_STATUS_TYPE_CODE=C",
        ),
        [("5506", "NAGY", 1970, None, day("2000-01-02"), "WAYNE", "22000 01 003", "48101", "inactive", None)],
    ),
    (
        "de-voters",
        named(
            DE,
            "COUNTY=N;UNIQUE-ID=94;LAST-NAME=Myers;YEAR-OF-BIRTH=1970;DATE-REG=20000100;ED=09;RD=63;STATUS=A;PARTY=D"
            ";HOME-ZIPCODE=19801",
        ),
        [("94", "Myers", 1970, "DEM", day("2000-01-01"), "New Castle", "63-09", "19801", "active", None)],
    ),
    (
        "ok-voters",
        named(
            OK,
            "Precinct=550102;LastName=REED;VoterID=700000000;PolitalAff=IND;Status=A;Zip=73101;DateOfBirth=1/31/1970"
            ";OriginalRegistration=1/2/2000",
        ),
        [("700000000", "REED", 1970, "IND", day("2000-01-02"), "Oklahoma", "550102", "73101", "active", None)],
    ),
    (
        "l2-voters",
        named(
            L2,
            "LALVOTERID=LALCA1;Voters_Active=A;Voters_LastName=Kim;Residence_Addresses_Zip=90005;County=LOS ANGELES"
            ";Voters_BirthDate=01/31/1970;Parties_Description=Democratic;Ethnic_Description=Korean;Precinct=9000123A"
            ";EthnicGroups_EthnicGroup1Desc=East and South Asian;Voters_OfficialRegDate=01/02/2000",
            "LALVOTERID=LALCA2;Voters_Active=I;Voters_LastName=Cole;Precinct=9000123A;County=LOS ANGELES"
            ";EthnicGroups_EthnicGroup1Desc=European",
            sep="\t",
        ),
        [
            (
                "LALCA1",
                "Kim",
                1970,
                "Democratic",
                day("2000-01-02"),
                "LOS ANGELES",
                "9000123A",
                "90005",
                "active",
                "Korean",
            ),
            ("LALCA2", "Cole", None, None, None, "LOS ANGELES", "9000123A", None, "inactive", "European"),
        ],
    ),
    *(
        (
            "targetsmart-voters",
            named(
                TS,
                "vb.voterbase_id=T1;vb.tsmart_last_name=Kim;vb.voterbase_dob=19700100;vb.vf_precinct_name=P1"
                ";vb.vf_registration_date=20000102;vb.vf_party=Democrat;vb.vf_voter_status=Active",
                sep="\t",
            ).replace("vb.", prefix),
            [("T1", "Kim", 1970, "Democrat", day("2000-01-02"), "", "P1", None, "active", None)],
        )
        for prefix in ("vb.", "vb_")
    ),
    (
        "van-voters",
        named(
            VAN,
            "Voter File VANID=12;LastName=Kim;DOB=01/31/1970;Party=D;DateReg=01/02/2000;CountyName=King"
            ";PrecinctName=S1;Zip5=98101",
            sep="\t",
        ),
        [("12", "Kim", 1970, "D", day("2000-01-02"), "King", "S1", "98101", None, None)],
    ),
]


@pytest.mark.parametrize(("layout", "text", "expected"), VOTER_FILES, ids=[case[0] for case in VOTER_FILES])
def test_a_voter_file_is_known_and_read(
    workspace: Workspace, tmp_path: Path, layout: str, text: str, expected: list[tuple[object, ...]]
) -> None:
    path = tmp_path / "voters.txt"
    path.write_text(text)
    assert chosen(workspace, path) == layout
    load(workspace, tmp_path, voters=path)
    assert rows(workspace, VOTER) == expected
    lines_in, loaded, rejected, ignored = account(workspace)[0]
    assert (lines_in, rejected) == (loaded + ignored, 0)

// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What the box speaks of PJSIP, in Python. All of pjsua2, as PJSIP's own pjsua2.i offers it, would
 * weigh twice as much in the memory of the daemon and take a minute longer to compile; and every
 * callback offered is called into Python, whether or not anybody listens.
 */
%module(directors="1") pjsua2

%{
#include "pjsua2.hpp"
#include <pj/hotline_guard.h>
#include <pj/hotline_names.h>
#include <pjsip/hotline_wake.h>
#include <pjsua2/hotline_tap.hpp>
#include <pjsua2/hotline_modem_port.hpp>
using namespace std;
using namespace pj;
%}

%include "std_string.i"
%include "std_vector.i"

/* PJSIP goes on when a callback raises; what was raised is printed. */
%feature("director:except") {
    if ($error != NULL)
        PyErr_Print();
}
%feature("director") pj::Endpoint;
%feature("director") pj::Account;
%feature("director") pj::Call;
%feature("director") pj::AudioMediaPlayer;

/* PJSIP's numbers, as the compiler knows them. */
#pragma SWIG nowarn=302,362  /* symbols.i says them again; nobody copies by = */
%constant int PJMEDIA_FILE_NO_LOOP = PJMEDIA_FILE_NO_LOOP;
%constant int PJMEDIA_SRTP_DISABLED = PJMEDIA_SRTP_DISABLED;
%constant int PJMEDIA_SRTP_MANDATORY = PJMEDIA_SRTP_MANDATORY;
%constant int PJMEDIA_SRTP_OPTIONAL = PJMEDIA_SRTP_OPTIONAL;
%constant int PJMEDIA_TYPE_AUDIO = PJMEDIA_TYPE_AUDIO;
%constant int PJSIP_INV_STATE_CONFIRMED = PJSIP_INV_STATE_CONFIRMED;
%constant int PJSIP_INV_STATE_DISCONNECTED = PJSIP_INV_STATE_DISCONNECTED;
%constant int PJSIP_INV_STATE_EARLY = PJSIP_INV_STATE_EARLY;
%constant int PJSIP_REDIRECT_STOP = PJSIP_REDIRECT_STOP;
%constant int PJSIP_SC_NOT_ACCEPTABLE_HERE = PJSIP_SC_NOT_ACCEPTABLE_HERE;
%constant int PJSIP_TRANSPORT_TCP = PJSIP_TRANSPORT_TCP;
%constant int PJSIP_TRANSPORT_TLS = PJSIP_TRANSPORT_TLS;
%constant int PJSIP_TRANSPORT_UDP = PJSIP_TRANSPORT_UDP;
%constant int PJSUA_CALL_MEDIA_ACTIVE = PJSUA_CALL_MEDIA_ACTIVE;
%constant int PJSUA_CALL_MEDIA_REMOTE_HOLD = PJSUA_CALL_MEDIA_REMOTE_HOLD;
%constant int PJSUA_IPV6_DISABLED = PJSUA_IPV6_DISABLED;
%constant int PJSUA_SIP_TIMER_OPTIONAL = PJSUA_SIP_TIMER_OPTIONAL;
%constant int PJ_SSL_CERT_EIDENTITY_NOT_MATCH = PJ_SSL_CERT_EIDENTITY_NOT_MATCH;
%constant int PJ_SSL_CERT_EREVOKED = PJ_SSL_CERT_EREVOKED;
%constant int PJ_SSL_CERT_EVALIDITY_PERIOD = PJ_SSL_CERT_EVALIDITY_PERIOD;

namespace pj {
struct SipHeader;
struct AuthCredInfo;
struct ToneDigit;
struct CodecInfo;
struct CallMediaInfo;
}
%template(StringVector) std::vector<std::string>;
%template(SipHeaderVector) std::vector<pj::SipHeader>;
%template(AuthCredInfoVector) std::vector<pj::AuthCredInfo>;
%template(ToneDigitVector) std::vector<pj::ToneDigit>;
%template(CodecInfoVector2) std::vector<pj::CodecInfo>;
%template(CallMediaInfoVector) std::vector<pj::CallMediaInfo>;

/*
 * Of PJSIP's classes nothing but these, and of these no more than is named. What is handed to
 * Python by value needs its destructor here, or it is never freed.
 */
%ignore "";
%rename("%s") pj;
%define OFFER(NAME)
%rename("%s") pj::NAME;
%enddef

%define OFFER_C(NAME)
%rename("%s") NAME;
%enddef
%rename("%s") std::vector::~vector;
%formacro(OFFER_C, pjmedia_tone_digit, pjmedia_tone_digit::~pjmedia_tone_digit,
    pjmedia_tone_digit::digit, pjmedia_tone_digit::on_msec, pjmedia_tone_digit::off_msec)

%formacro(OFFER, Error, Error::~Error, Error::status, Error::title, Error::reason, Error::info)

%formacro(OFFER, Endpoint, Endpoint::Endpoint, Endpoint::~Endpoint, Endpoint::libCreate,
    Endpoint::libInit, Endpoint::libStart, Endpoint::libDestroy, Endpoint::libHandleEvents,
    Endpoint::libVersion, Endpoint::transportCreate, Endpoint::transportGetInfo,
    Endpoint::audDevManager, Endpoint::codecEnum2, Endpoint::codecSetPriority,
    Endpoint::hangupAllCalls, Endpoint::mediaActivePorts, Endpoint::onSelectAccount,
    Endpoint::onTransportState)
%formacro(OFFER, Version, Version::~Version, Version::full)
%formacro(OFFER, TransportInfo, TransportInfo::~TransportInfo, TransportInfo::localAddress)
%formacro(OFFER, CodecInfo, CodecInfo::~CodecInfo, CodecInfo::codecId)
%formacro(OFFER, AudDevManager, AudDevManager::setNullDev, AudDevManager::getPlaybackDevMedia)
%formacro(OFFER, OnSelectAccountParam, OnSelectAccountParam::rdata,
    OnSelectAccountParam::accountIndex)
%formacro(OFFER, OnTransportStateParam, OnTransportStateParam::tlsInfo)
%formacro(OFFER, TlsInfo, TlsInfo::verifyStatus, TlsInfo::remoteAddr)
%formacro(OFFER, SipRxData, SipRxData::wholeMsg, SipRxData::srcAddress)

%formacro(OFFER, EpConfig, EpConfig::EpConfig, EpConfig::~EpConfig, EpConfig::uaConfig,
    EpConfig::medConfig, EpConfig::logConfig)
%formacro(OFFER, UaConfig, UaConfig::threadCnt, UaConfig::mainThreadOnly, UaConfig::maxCalls,
    UaConfig::userAgent)
%formacro(OFFER, MediaConfig, MediaConfig::clockRate, MediaConfig::sndClockRate,
    MediaConfig::noVad, MediaConfig::ecTailLen, MediaConfig::jbMax, MediaConfig::sndAutoCloseTime,
    MediaConfig::maxMediaPorts)
%formacro(OFFER, LogConfig, LogConfig::level, LogConfig::consoleLevel)
%formacro(OFFER, TransportConfig, TransportConfig::TransportConfig,
    TransportConfig::~TransportConfig, TransportConfig::port, TransportConfig::portRange,
    TransportConfig::boundAddress, TransportConfig::publicAddress, TransportConfig::tlsConfig)
%formacro(OFFER, TlsConfig, TlsConfig::certFile, TlsConfig::privKeyFile, TlsConfig::verifyServer,
    TlsConfig::CaListFile)

%formacro(OFFER, Account, Account::Account, Account::~Account, Account::create,
    Account::shutdown, Account::getId, Account::setRegistration, Account::sendRequest,
    Account::onIncomingCall, Account::onRegState, Account::onSendRequest)
%formacro(OFFER, AccountConfig, AccountConfig::AccountConfig, AccountConfig::~AccountConfig,
    AccountConfig::idUri, AccountConfig::regConfig, AccountConfig::sipConfig,
    AccountConfig::mediaConfig, AccountConfig::callConfig)
%formacro(OFFER, AccountRegConfig, AccountRegConfig::registrarUri, AccountRegConfig::registerOnAdd,
    AccountRegConfig::timeoutSec, AccountRegConfig::retryIntervalSec)
%formacro(OFFER, AccountSipConfig, AccountSipConfig::authCreds, AccountSipConfig::transportId)
%formacro(OFFER, AuthCredInfo, AuthCredInfo::AuthCredInfo, AuthCredInfo::~AuthCredInfo)
%formacro(OFFER, AccountMediaConfig, AccountMediaConfig::lockCodecEnabled,
    AccountMediaConfig::ipv6Use, AccountMediaConfig::srtpUse,
    AccountMediaConfig::srtpSecureSignaling, AccountMediaConfig::transportConfig)
%formacro(OFFER, AccountCallConfig, AccountCallConfig::timerUse)
%formacro(OFFER, SendRequestParam, SendRequestParam::SendRequestParam,
    SendRequestParam::~SendRequestParam, SendRequestParam::method, SendRequestParam::txOption)
%formacro(OFFER, SipTxOption, SipTxOption::targetUri, SipTxOption::headers)
%formacro(OFFER, SipHeader, SipHeader::SipHeader, SipHeader::~SipHeader, SipHeader::hName,
    SipHeader::hValue)
%formacro(OFFER, OnIncomingCallParam, OnIncomingCallParam::callId, OnIncomingCallParam::rdata)
%formacro(OFFER, OnRegStateParam, OnRegStateParam::code, OnRegStateParam::reason,
    OnRegStateParam::rdata)
%formacro(OFFER, OnSendRequestParam, OnSendRequestParam::e)

%formacro(OFFER, Call, Call::Call, Call::~Call, Call::getId, Call::getInfo, Call::makeCall,
    Call::answer, Call::hangup, Call::dialDtmf, Call::getAudioMedia, Call::getStreamInfo,
    Call::getStreamStat, Call::onCallState, Call::onCallTsxState, Call::onCallMediaState,
    Call::onDtmfDigit, Call::onCallRxOffer, Call::onCallTransferRequest,
    Call::onCallReplaceRequest, Call::onCallRedirected)
%formacro(OFFER, CallOpParam, CallOpParam::CallOpParam, CallOpParam::~CallOpParam,
    CallOpParam::statusCode, CallOpParam::opt, CallOpParam::txOption)
%formacro(OFFER, CallSetting, CallSetting::audioCount, CallSetting::videoCount,
    CallSetting::textCount)
%formacro(OFFER, CallInfo, CallInfo::~CallInfo, CallInfo::state, CallInfo::media,
    CallInfo::lastStatusCode, CallInfo::lastReason)
%formacro(OFFER, CallMediaInfo, CallMediaInfo::~CallMediaInfo, CallMediaInfo::index,
    CallMediaInfo::type, CallMediaInfo::status)
%formacro(OFFER, StreamInfo, StreamInfo::~StreamInfo, StreamInfo::audTxEventPt,
    StreamInfo::remoteRtpAddress)
%formacro(OFFER, StreamStat, StreamStat::~StreamStat, StreamStat::rtcp)
%formacro(OFFER, RtcpStat, RtcpStat::rxStat)
%formacro(OFFER, RtcpStreamStat, RtcpStreamStat::pkt)
%formacro(OFFER, OnCallStateParam)
%formacro(OFFER, OnCallTsxStateParam, OnCallTsxStateParam::e)
%formacro(OFFER, SipEvent, SipEvent::body)
%formacro(OFFER, SipEventBody, SipEventBody::tsxState)
%formacro(OFFER, TsxStateEvent, TsxStateEvent::tsx)
%formacro(OFFER, SipTransaction, SipTransaction::statusCode)
%formacro(OFFER, OnCallMediaStateParam)
%formacro(OFFER, OnDtmfDigitParam, OnDtmfDigitParam::digit)
%formacro(OFFER, OnCallRxOfferParam, OnCallRxOfferParam::offer, OnCallRxOfferParam::statusCode)
%formacro(OFFER, SdpSession, SdpSession::wholeSdp)
%formacro(OFFER, OnCallTransferRequestParam, OnCallTransferRequestParam::statusCode)
%formacro(OFFER, OnCallReplaceRequestParam, OnCallReplaceRequestParam::statusCode)
%formacro(OFFER, OnCallRedirectedParam)

%formacro(OFFER, Media)
%formacro(OFFER, AudioMedia, AudioMedia::~AudioMedia, AudioMedia::startTransmit,
    AudioMedia::stopTransmit, AudioMedia::getTxLevel, AudioMedia::getRxLevel)
%formacro(OFFER, AudioMediaPlayer, AudioMediaPlayer::AudioMediaPlayer,
    AudioMediaPlayer::~AudioMediaPlayer, AudioMediaPlayer::createPlayer,
    AudioMediaPlayer::createPlaylist, AudioMediaPlayer::onEof2)
%formacro(OFFER, ToneGenerator, ToneGenerator::ToneGenerator, ToneGenerator::~ToneGenerator,
    ToneGenerator::createToneGenerator, ToneGenerator::playDigits)
%formacro(OFFER, ToneDigit, ToneDigit::ToneDigit, ToneDigit::~ToneDigit)

%include "symbols.i"
%import "pj/config_site.h"
%import "pjsua2/config.hpp"
%include "pjsua2/types.hpp"
%include "pjsua2/persistent.hpp"
%include "pjsua2/siptypes.hpp"
%include "pjsua2/media.hpp"
%include "pjsua2/account.hpp"
%include "pjsua2/call.hpp"
%include "pjsua2/endpoint.hpp"

/* What is our own. */
%formacro(OFFER, HotlinePort, HotlinePort::close)
%formacro(OFFER, HotlineTap, HotlineTap::HotlineTap, HotlineTap::~HotlineTap, HotlineTap::read,
    HotlineTap::lost)
%formacro(OFFER, HotlineModemPort, HotlineModemPort::HotlineModemPort,
    HotlineModemPort::~HotlineModemPort, HotlineModemPort::swap)
%formacro(OFFER, HotlineCrossing, HotlineCrossing::~HotlineCrossing, HotlineCrossing::alone,
    HotlineCrossing::reset, HotlineCrossing::frame)
%formacro(OFFER_C, hotlineGuardSet, hotlineGuardDropped, hotlineNamesSet, hotlineNamesMissing,
    hotlineWakeInit, hotlineWake)

%include "pjsua2/hotline_port.hpp"

/* Alone, for tests: frames as bytes. Its pool lives until libDestroy(). */
%newobject pj::HotlineCrossing::alone;
%rename(put) pj::HotlineCrossing::put_bytes;
%rename(get) pj::HotlineCrossing::get_bytes;
%feature("nothreadallow") pj::HotlineCrossing::put_bytes;
%feature("nothreadallow") pj::HotlineCrossing::get_bytes;
%include "pjsua2/hotline_crossing.hpp"
%extend pj::HotlineCrossing {
    static pj::HotlineCrossing *alone(unsigned clock_rate, unsigned max_delay_ms)
    {
        pj_pool_t *pool = pjsua_pool_create("crossing%p", 4000, 4000);
        return new pj::HotlineCrossing(pool, clock_rate, max_delay_ms);
    }
    PyObject *put_bytes(PyObject *samples, double now)
    {
        if (!PyBytes_Check(samples) || (size_t)PyBytes_GET_SIZE(samples) != $self->frame * 2) {
            PyErr_SetString(PyExc_ValueError, "not one frame");
            return NULL;
        }
        $self->put((const int16_t *)PyBytes_AS_STRING(samples), now);
        Py_RETURN_NONE;
    }
    PyObject *get_bytes(double now)
    {
        PyObject *samples = PyBytes_FromStringAndSize(NULL, $self->frame * 2);
        if (samples)
            $self->get((int16_t *)PyBytes_AS_STRING(samples), now);
        return samples;
    }
}

/* All the sound that waits, as bytes. It never waits, so it keeps the interpreter's lock. */
%feature("nothreadallow") pj::HotlineTap::read;
%feature("nothreadallow") pj::HotlineTap::lost;
%include "pjsua2/hotline_tap.hpp"
%extend pj::HotlineTap {
    PyObject *read()
    {
        const unsigned samples = $self->waiting();
        PyObject *sound = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)samples * 2);

        if (sound)
            $self->take((int16_t *)PyBytes_AS_STRING(sound), samples);
        return sound;
    }
}

/*
 * Whole frames from the modem in, as many for the modem out, as bytes. It waits for nobody who
 * wants the interpreter's lock, so it keeps it.
 */
%feature("nothreadallow") pj::HotlineModemPort::swap;
%include "pjsua2/hotline_modem_port.hpp"
%extend pj::HotlineModemPort {
    PyObject *swap(PyObject *heard)
    {
        const size_t bytes = $self->frame() * 2;
        char *from;
        Py_ssize_t size;

        if (PyBytes_AsStringAndSize(heard, &from, &size) != 0)
            return NULL;
        if (size % bytes) {
            PyErr_SetString(PyExc_ValueError, "not a number of whole frames");
            return NULL;
        }
        PyObject *sent = PyBytes_FromStringAndSize(NULL, size);
        if (sent)
            $self->exchange((const int16_t *)from, (int16_t *)PyBytes_AS_STRING(sent),
                            (unsigned)(size / bytes));
        return sent;
    }
}

/*
 * These never wait, so they keep the interpreter's lock: letting it go could
 * cost the caller a whole switch interval.
 */
%feature("nothreadallow") hotlineGuardSet;
%feature("nothreadallow") hotlineGuardDropped;
%feature("nothreadallow") hotlineNamesSet;
%feature("nothreadallow") hotlineNamesMissing;
%feature("nothreadallow") hotlineWake;

%catches(pj::Error) hotlineGuardSet;
%catches(pj::Error) hotlineNamesSet;
%catches(pj::Error) hotlineWakeInit;

%inline %{
void hotlineGuardSet(const std::string &allowed)
{
    /* A NUL would hide the rest of the list from C. */
    if (allowed.find('\0') != std::string::npos || hotline_guard_set(allowed.c_str()) != 0)
        throw pj::Error(PJ_EINVAL, "hotlineGuardSet()", "unreadable list: " + allowed,
                        __FILE__, __LINE__);
}

unsigned long hotlineGuardDropped()
{
    return hotline_guard_dropped();
}

void hotlineNamesSet(const std::string &names)
{
    if (names.find('\0') != std::string::npos || hotline_names_set(names.c_str()) != 0)
        throw pj::Error(PJ_EINVAL, "hotlineNamesSet()", "unreadable table: " + names,
                        __FILE__, __LINE__);
}

std::string hotlineNamesMissing()
{
    char names[4400];

    hotline_names_missing(names, sizeof(names));
    return names;
}

void hotlineWakeInit()
{
    pjsip_endpoint *endpt = pjsua_get_pjsip_endpt();
    pj_status_t status = endpt ? hotline_wake_init(endpt) : PJ_EINVALIDOP;

    if (status != PJ_SUCCESS)
        throw pj::Error(status, "hotlineWakeInit()", "", __FILE__, __LINE__);
}

void hotlineWake()
{
    hotline_wake();
}
%}

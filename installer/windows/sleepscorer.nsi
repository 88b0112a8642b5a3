; What a Windows clinic installs, from the folder that PyInstaller made.
;
;   makensis -DVERSION=0.1.0 -DPAYLOAD=C:\build\dist\sleepscorer -DOUT=setup.exe sleepscorer.nsi
;
; -DSIGN="signtool sign /fd sha256 /a /tr URL /td sha256" signs uninstaller and installer.
;
; Silent:  setup.exe /S              for whoever is signed in
;          setup.exe /S /ALLUSERS    for everybody; needs an administrator
;          setup.exe /S /D=C:\path   elsewhere; last, and without quotes
; Exit codes: 0 installed, 1 cancelled, 2 not possible (the program runs, or the folder is locked).

Unicode true
ManifestDPIAware true
!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include x64.nsh

!ifndef VERSION
    !error "-DVERSION is that of sleepscorer/__init__.py"
!endif
!ifndef PAYLOAD
    !error "-DPAYLOAD is the folder that PyInstaller made"
!endif
!ifndef OUT
    !define OUT "sleepscorer-${VERSION}-windows-x86_64.exe"
!endif
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\sleepscorer"
!define CLASSES "Software\Classes"

Name "sleepscorer ${VERSION}"
OutFile "${OUT}"
SetCompressor /SOLID lzma
SetCompressorDictSize 64
; Who has no rights installs for himself; who has some may choose.
RequestExecutionLevel user
AllowSkipFiles off
ShowInstDetails nevershow
ShowUninstDetails nevershow
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "sleepscorer"
VIAddVersionKey "FileDescription" "Installs sleepscorer"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "BSD-3-Clause"
!ifdef SIGN
    !uninstfinalize '${SIGN} "%1"'
    !finalize '${SIGN} "%1"'
!endif

Var ForAll

!define MUI_ICON "..\icons\sleepscorer.ico"
!define MUI_UNICON "..\icons\sleepscorer.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\sleepscorer-gui.exe"
!insertmacro MUI_PAGE_LICENSE "..\..\LICENSE"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

LangString IsRunning ${LANG_ENGLISH} "sleepscorer is running, or a file of it can't be replaced. Close it, and try again."
LangString IsRunning ${LANG_GERMAN} "sleepscorer läuft noch, oder eine Datei ist gesperrt. Bitte schließen und erneut versuchen."
LangString NeedsAdministrator ${LANG_ENGLISH} "To install for everybody, start this as an administrator."
LangString NeedsAdministrator ${LANG_GERMAN} "Für alle Benutzer bitte als Administrator starten."
LangString Needs64Bit ${LANG_ENGLISH} "sleepscorer needs a 64-bit Windows."
LangString Needs64Bit ${LANG_GERMAN} "sleepscorer braucht ein 64-Bit-Windows."

!macro SetScope
    ${If} $ForAll == 1
        SetShellVarContext all
    ${Else}
        SetShellVarContext current
    ${EndIf}
!macroend

!macro Refuse TEXT
    MessageBox MB_OK|MB_ICONSTOP "${TEXT}" /SD IDOK
    SetErrorLevel 2
    Quit
!macroend

Function .onInit
    SetRegView 64
    ${IfNot} ${RunningX64}
        !insertmacro Refuse "$(Needs64Bit)"
    ${EndIf}
    StrCpy $ForAll 0
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/ALLUSERS" $1
    ${IfNot} ${Errors}
        UserInfo::GetAccountType
        Pop $2
        ${If} $2 != "Admin"
            !insertmacro Refuse "$(NeedsAdministrator)"
        ${EndIf}
        StrCpy $ForAll 1
    ${EndIf}
    !insertmacro SetScope
    ; /D has set it, or it is still empty.
    ${If} $INSTDIR == ""
        ReadRegStr $INSTDIR SHCTX "${KEY}" "InstallLocation"
    ${EndIf}
    ${If} $INSTDIR == ""
        ${If} $ForAll == 1
            StrCpy $INSTDIR "$PROGRAMFILES64\sleepscorer"
        ${Else}
            StrCpy $INSTDIR "$LOCALAPPDATA\Programs\sleepscorer"
        ${EndIf}
    ${EndIf}
FunctionEnd

!macro FileType SUFFIX CLASS TITLE
    WriteRegStr SHCTX "${CLASSES}\${CLASS}" "" "${TITLE}"
    WriteRegStr SHCTX "${CLASSES}\${CLASS}\DefaultIcon" "" "$INSTDIR\sleepscorer-gui.exe,0"
    WriteRegStr SHCTX "${CLASSES}\${CLASS}\shell\open\command" "" '"$INSTDIR\sleepscorer-gui.exe" "%1"'
    WriteRegStr SHCTX "${CLASSES}\${SUFFIX}\OpenWithProgids" "${CLASS}" ""
!macroend

!macro NoFileType SUFFIX CLASS
    DeleteRegKey SHCTX "${CLASSES}\${CLASS}"
    DeleteRegValue SHCTX "${CLASSES}\${SUFFIX}\OpenWithProgids" "${CLASS}"
    DeleteRegKey /ifempty SHCTX "${CLASSES}\${SUFFIX}\OpenWithProgids"
    DeleteRegKey /ifempty SHCTX "${CLASSES}\${SUFFIX}"
!macroend

; Nothing below the program's folder is of a person: sessions lie beside recordings, settings, logs
; and own weights below the profile. So the folder of an earlier version goes as a whole, but only
; where it is one.
!macro RemoveProgram
    ${If} ${FileExists} "$INSTDIR\sleepscorer-gui.exe"
        ClearErrors
        Delete "$INSTDIR\sleepscorer-gui.exe"
        Delete "$INSTDIR\sleepscorer.exe"
        ${If} ${Errors}
            !insertmacro Refuse "$(IsRunning)"
        ${EndIf}
        RMDir /r "$INSTDIR\_internal"
        Delete "$INSTDIR\uninstall.exe"
    ${EndIf}
!macroend

Section "sleepscorer"
    SetRegView 64
    !insertmacro SetScope
    !insertmacro RemoveProgram
    SetOutPath "$INSTDIR"
    ClearErrors
    File /r "${PAYLOAD}/*.*"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    ${If} ${Errors}
        !insertmacro Refuse "$(IsRunning)"
    ${EndIf}
    CreateShortcut "$SMPROGRAMS\sleepscorer.lnk" "$INSTDIR\sleepscorer-gui.exe"
    !insertmacro FileType ".sleepscorer" "sleepscorer.session" "sleepscorer session"
    !insertmacro FileType ".edf" "sleepscorer.edf" "EDF recording"
    !insertmacro FileType ".bdf" "sleepscorer.bdf" "BDF recording"
    ; Sessions are of this program alone; recordings stay with the program that had them.
    WriteRegStr SHCTX "${CLASSES}\.sleepscorer" "" "sleepscorer.session"
    WriteRegStr SHCTX "${KEY}" "DisplayName" "sleepscorer"
    WriteRegStr SHCTX "${KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr SHCTX "${KEY}" "DisplayIcon" "$INSTDIR\sleepscorer-gui.exe"
    WriteRegStr SHCTX "${KEY}" "Publisher" "The sleepscorer developers"
    WriteRegStr SHCTX "${KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr SHCTX "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr SHCTX "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD SHCTX "${KEY}" "NoModify" 1
    WriteRegDWORD SHCTX "${KEY}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
    WriteRegDWORD SHCTX "${KEY}" "EstimatedSize" $0
    ; For whom it was installed, for the uninstaller.
    WriteRegDWORD SHCTX "${KEY}" "ForAll" $ForAll
    System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

Function un.onInit
    SetRegView 64
    StrCpy $ForAll 0
    ReadRegStr $0 HKLM "${KEY}" "InstallLocation"
    ${If} $0 == $INSTDIR
        UserInfo::GetAccountType
        Pop $2
        ${If} $2 != "Admin"
            !insertmacro Refuse "$(NeedsAdministrator)"
        ${EndIf}
        StrCpy $ForAll 1
    ${EndIf}
    !insertmacro SetScope
FunctionEnd

Section "Uninstall"
    !insertmacro RemoveProgram
    RMDir "$INSTDIR"
    Delete "$SMPROGRAMS\sleepscorer.lnk"
    DeleteRegValue SHCTX "${CLASSES}\.sleepscorer" ""
    !insertmacro NoFileType ".sleepscorer" "sleepscorer.session"
    !insertmacro NoFileType ".edf" "sleepscorer.edf"
    !insertmacro NoFileType ".bdf" "sleepscorer.bdf"
    DeleteRegKey SHCTX "${KEY}"
    System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
